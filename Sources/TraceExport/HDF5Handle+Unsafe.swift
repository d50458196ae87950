// SPDX-License-Identifier: GPL-3.0-or-later

internal import CHDF5

/// An open HDF5 object, closed when its owner goes away.
struct HDF5Handle: ~Copyable {
  enum Kind { case file, object, dataset, space, type, attribute, properties }

  private(set) var id: Int64
  private let kind: Kind

  init(_ id: Int64, _ kind: Kind) {
    self.id = id
    self.kind = kind
  }

  /// The code of the library; closing twice is allowed.
  mutating func close() -> Int32 {
    guard id >= 0 else { return 0 }
    defer { id = -1 }
    return Self.close(id, kind)
  }

  deinit {
    // Whoever must know whether closing worked calls close() first.
    if id >= 0 { _ = Self.close(id, kind) }
  }

  private static func close(_ id: Int64, _ kind: Kind) -> Int32 {
    switch kind {
    case .file: H5Fclose(id)
    case .object: H5Oclose(id)
    case .dataset: H5Dclose(id)
    case .space: H5Sclose(id)
    case .type: H5Tclose(id)
    case .attribute: H5Aclose(id)
    case .properties: H5Pclose(id)
    }
  }
}

/// What is being done to which object of which file; turns codes into errors.
struct HDF5Context {
  let action: String
  let object: String?
  let file: String

  /// Done once, before the library begins.
  private static let begin: Void = chdf5_leave_exit_alone()

  /// Comes before every first call of the library: even asking for its version begins it. Turns
  /// the library's printing off for this thread.
  static func enter() {
    begin
    chdf5_silence()
  }

  init(_ action: String, _ object: String? = nil, file: String) {
    Self.enter()
    self.action = action
    self.object = object
    self.file = file
  }

  /// Takes an identifier that the library returned, or throws.
  func open(_ id: Int64, _ kind: HDF5Handle.Kind) throws -> HDF5Handle {
    guard id >= 0 else { throw failure() }
    return HDF5Handle(id, kind)
  }

  /// Throws when the library returned a negative code.
  @discardableResult
  func check(_ code: Int32) throws -> Int32 {
    guard code >= 0 else { throw failure() }
    return code
  }

  /// The error for the library's last failure on this thread.
  func failure() -> ExportError {
    var text = [CChar](repeating: 0, count: 1024)
    unsafe chdf5_reason(&text, text.count)
    let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let reason = String(decoding: bytes, as: UTF8.self)
    return ExportError(action, object, file: file, hdf5: reason)
  }

  /// An error of our own.
  func mismatch(_ reason: String, remedy: String) -> ExportError {
    ExportError(.mismatch, action, object, file: file, reason: reason, remedy: remedy)
  }
}

/// A dataspace of the given lengths; without lengths, a scalar.
func makeSpace(_ shape: [Int], unlimited: Bool = false, _ context: HDF5Context) throws
  -> HDF5Handle
{
  if shape.isEmpty { return try context.open(H5Screate(H5S_SCALAR), .space) }
  let lengths = shape.map { UInt64($0) }
  var limits = lengths
  if unlimited { limits[0] = CHDF5_UNLIMITED }
  return try context.open(unsafe H5Screate_simple(Int32(shape.count), lengths, limits), .space)
}

/// The lengths of a dataspace.
func lengths(of space: borrowing HDF5Handle, _ context: HDF5Context) throws -> [Int] {
  let rank = Int(try context.check(H5Sget_simple_extent_ndims(space.id)))
  var lengths = [UInt64](repeating: 0, count: rank)
  try context.check(unsafe H5Sget_simple_extent_dims(space.id, &lengths, nil))
  return lengths.map { Int($0) }
}
