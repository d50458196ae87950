// SPDX-License-Identifier: GPL-3.0-or-later

internal import CHDF5

/// An open HDF5 file. Groups, datasets and attributes are reached by their path in it.
///
/// Every method throws `ExportError`. Opening the same path twice in one process is allowed and
/// shares the file. Files are written in the oldest format that holds them and without locks.
/// One thread at a time, unless the HDF5 library was built thread-safe (Debian's is).
@safe public struct HDF5File: ~Copyable {
  /// How a file is opened.
  public enum Mode: Sendable {
    /// A new file; refuses one that is there already.
    case create
    /// A new file in the place of an old one.
    case truncate
    /// An old file, unchanged.
    case readOnly
    /// An old file, to be added to.
    case readWrite
  }

  /// The path given.
  public let path: String
  private var handle: HDF5Handle

  /// The library's version, for instance `1.10.8`.
  public static var libraryVersion: String {
    HDF5Context.enter()
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    _ = unsafe H5get_libversion(&major, &minor, &release)
    return "\(major).\(minor).\(release)"
  }

  /// Opens or creates the file.
  public init(_ path: String, _ mode: Mode) throws {
    let action =
      switch mode {
      case .create, .truncate: "cannot create"
      case .readOnly, .readWrite: "cannot open"
      }
    let context = HDF5Context(action, file: path)
    let access = try context.open(H5Pcreate(chdf5_file_access()), .properties)
    try context.check(chdf5_without_locks(access.id))
    try context.check(chdf5_oldest_format(access.id))
    let id =
      switch mode {
      case .create: unsafe H5Fcreate(path, chdf5_exclusive(), CHDF5_DEFAULT, access.id)
      case .truncate: unsafe H5Fcreate(path, chdf5_truncate(), CHDF5_DEFAULT, access.id)
      case .readOnly: unsafe H5Fopen(path, chdf5_read_only(), access.id)
      case .readWrite: unsafe H5Fopen(path, chdf5_read_write(), access.id)
      }
    handle = try context.open(id, .file)
    self.path = path
  }

  var id: Int64 { handle.id }

  func context(_ action: String, _ object: String? = nil) -> HDF5Context {
    HDF5Context(action, object, file: path)
  }

  /// Hands everything written so far to the operating system.
  public func flush() throws {
    try context("cannot write").check(H5Fflush(handle.id, H5F_SCOPE_GLOBAL))
  }

  /// Flushes and closes; a file that goes away unclosed is closed silently. Twice is allowed.
  public mutating func close() throws {
    let context = context("cannot finish writing")
    try context.check(handle.close())
  }

  /// Whether `object` (a path from the root) is in the file; below a dataset there is nothing.
  public func contains(_ object: String) throws -> Bool {
    let context = context("cannot look for", object)
    var prefix = ""
    for part in object.split(separator: "/") {
      if try !prefix.isEmpty && !isGroup(prefix, context) { return false }
      prefix += "/\(part)"
      let found = unsafe H5Lexists(handle.id, prefix, CHDF5_DEFAULT)
      if try context.check(found) == 0 { return false }
    }
    return true
  }

  private func isGroup(_ object: String, _ context: HDF5Context) throws -> Bool {
    let handle = try context.open(unsafe H5Oopen(id, object, CHDF5_DEFAULT), .object)
    return H5Iget_type(handle.id) == H5I_GROUP
  }

  /// Makes a group and the groups above it; nothing changes when it is there.
  public func createGroup(_ object: String) throws {
    if try contains(object) { return }
    let context = context("cannot create group", object)
    let links = try linkProperties(context)
    var group = try context.open(
      unsafe H5Gcreate2(handle.id, object, links.id, CHDF5_DEFAULT, CHDF5_DEFAULT), .object)
    try context.check(group.close())
  }

  /// Properties that make missing groups on the way.
  func linkProperties(_ context: HDF5Context) throws -> HDF5Handle {
    let links = try context.open(H5Pcreate(chdf5_link_create()), .properties)
    try context.check(H5Pset_create_intermediate_group(links.id, 1))
    return links
  }
}
