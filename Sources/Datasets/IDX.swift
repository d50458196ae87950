// SPDX-License-Identifier: GPL-3.0-or-later
//
// IDX files, the format of the MNIST family: two zero bytes, the element type (8: unsigned
// byte), the number of dimensions, the dimensions as big-endian 32-bit numbers, the elements.
// http://yann.lecun.com/exdb/mnist/

internal import Crypto

/// What an IDX file of the MNIST family holds.
public enum IDXKind: Sendable, Equatable {
  /// Images: `[count, height, width]`, magic number 0x803.
  case images
  /// Labels: `[count]`, magic number 0x801.
  case labels

  /// The first four bytes, as a big-endian number.
  public var magic: UInt32 {
    switch self {
    case .images: 0x803
    case .labels: 0x801
    }
  }

  /// The number of dimensions.
  var dimensions: Int { Int(magic & 0xff) }

  /// The length of the header in bytes.
  var headerSize: Int { 4 + 4 * dimensions }
}

/// The content of one IDX file of unsigned bytes, plain or gzip.
public struct IDXFile: Sendable, Equatable {
  /// Images or labels.
  public let kind: IDXKind
  /// The dimensions, slowest first: `[count, height, width]` or `[count]`.
  public let shape: [Int]
  /// The elements, row-major.
  public let elements: [UInt8]

  /// Content made in memory. Traps, naming the numbers, if the elements do not fill the shape.
  public init(kind: IDXKind, shape: [Int], elements: [UInt8]) {
    precondition(
      shape.count == kind.dimensions && shape.reduce(1, *) == elements.count,
      "\(elements.count) elements do not fill \(shape)")
    self.kind = kind
    self.shape = shape
    self.elements = elements
  }

  /// Reads and checks a file. Whether it is compressed is seen from its first bytes, not from
  /// its name; no more memory is used than the header declares, and the header may not declare
  /// more than the file can hold.
  public init(path: String, kind: IDXKind) throws(DatasetError) {
    try self.init(bytes: try FileBytes.read(path), path: path, kind: kind)
  }

  /// The same from the bytes of a file; `path` is named in errors.
  init(bytes: [UInt8], path: String, kind: IDXKind) throws(DatasetError) {
    guard !bytes.isEmpty else { throw .empty(path) }
    if Gunzip.isGzip(bytes) {
      try self.init(gzip: bytes, path: path, kind: kind)
    } else {
      try self.init(plain: bytes, path: path, kind: kind)
    }
  }

  private init(plain bytes: [UInt8], path: String, kind: IDXKind) throws(DatasetError) {
    try Self.checkMagic(bytes, path: path, kind: kind)
    guard bytes.count >= kind.headerSize else {
      throw .truncated(path, expected: kind.headerSize, found: bytes.count)
    }
    let shape = try Self.shape(bytes, path: path, kind: kind)
    let expected = kind.headerSize + shape.reduce(1, *)
    guard bytes.count >= expected else {
      throw .truncated(path, expected: expected, found: bytes.count)
    }
    guard bytes.count == expected else { throw .trailingBytes(path, expected: expected) }
    self.init(kind: kind, shape: shape, elements: Array(bytes[kind.headerSize...]))
  }

  private init(gzip bytes: [UInt8], path: String, kind: IDXKind) throws(DatasetError) {
    var expected = kind.headerSize
    var stream = Gunzip(bytes)
    do {
      var header = try stream.next(4)
      try Self.checkMagic(header, path: path, kind: kind)
      header += try stream.next(kind.headerSize - 4)
      let shape = try Self.shape(header, path: path, kind: kind)
      let payload = shape.reduce(1, *)
      expected += payload
      // Deflate turns at most 258 bytes into two bits: 1032 to 1.
      guard payload / 1032 <= bytes.count else {
        throw DatasetError.impossibleHeader(
          path, shape: shape, reason: "more than a gzip file of \(bytes.count) bytes can hold")
      }
      guard payload <= FileBytes.largestSize else {
        throw DatasetError.tooLarge(path, size: payload, limit: FileBytes.largestSize)
      }
      let elements = try stream.next(payload)
      try stream.finish()
      self.init(kind: kind, shape: shape, elements: elements)
    } catch let error as Gunzip.Failure {
      switch error {
      case .endOfInput(let count):
        throw .truncatedGzip(path, expected: expected, found: count)
      case .endOfStream(let count):
        throw .truncated(path, expected: expected, found: count)
      case .longer:
        throw .trailingBytes(path, expected: expected)
      case .damaged(let reason):
        throw .damagedGzip(path, reason: reason)
      }
    } catch let error as DatasetError {
      throw error
    } catch {
      throw .unreadable(path, reason: "\(error)")
    }
  }

  /// Throws unless the first four bytes are those of `kind`.
  private static func checkMagic(
    _ bytes: [UInt8], path: String, kind: IDXKind
  ) throws(DatasetError) {
    guard bytes.count >= 4 else { throw .truncated(path, expected: 4, found: bytes.count) }
    let magic = bigEndian(bytes, at: 0)
    switch (magic, kind) {
    case (kind.magic, _): return
    case (IDXKind.images.magic, _): throw .imagesNotLabels(path)
    case (IDXKind.labels.magic, _): throw .labelsNotImages(path)
    case _ where magic >> 16 == 0 && magic >> 8 != 0: throw .unsupportedIDX(path, magic: magic)
    default: throw .notIDX(path, magic: magic)
    }
  }

  /// The dimensions, each between 1 and its limit.
  private static func shape(
    _ header: [UInt8], path: String, kind: IDXKind
  ) throws(DatasetError) -> [Int] {
    let shape = (0..<kind.dimensions).map { Int(bigEndian(header, at: 4 + 4 * $0)) }
    guard shape.allSatisfy({ $0 > 0 }) else {
      throw .impossibleHeader(path, shape: shape, reason: "nothing to learn from")
    }
    guard shape.dropFirst().allSatisfy({ $0 <= 4096 }) else {
      throw .impossibleHeader(path, shape: shape, reason: "larger than 4096×4096")
    }
    return shape
  }

  private static func bigEndian(_ bytes: [UInt8], at offset: Int) -> UInt32 {
    bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The header, as it is in a file.
  var header: [UInt8] {
    ([kind.magic] + shape.map { UInt32($0) }).flatMap { number in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
    }
  }

  /// The bytes of an uncompressed file.
  public var bytes: [UInt8] { header + elements }

  /// SHA-256 of the uncompressed file in lower-case hexadecimal digits: the same for every copy
  /// of the content, however it was compressed.
  public var contentSHA256: String {
    var hash = SHA256()
    hash.update(data: header)
    hash.update(data: elements)
    return hash.finalize().hexadecimal
  }
}

extension Sequence<UInt8> {
  /// Two lower-case hexadecimal digits for each byte.
  var hexadecimal: String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
