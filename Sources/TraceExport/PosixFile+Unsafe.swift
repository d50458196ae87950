// SPDX-License-Identifier: GPL-3.0-or-later

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A file open for writing, with the system's own reasons in its errors.
struct PosixFile: ~Copyable {
  let path: String
  private var descriptor: Int32

  /// Opens `path`: a new or emptied file, or the end of the old one.
  init(_ path: String, emptied: Bool) throws {
    let flags = O_WRONLY | O_CLOEXEC | (emptied ? O_CREAT | O_TRUNC : O_APPEND)
    descriptor = unsafe open(path, flags, 0o644)
    self.path = path
    if descriptor < 0 {
      throw Self.failure(emptied ? "cannot create" : "cannot open", path)
    }
  }

  deinit {
    if descriptor >= 0 { _ = Self.closeDescriptor(descriptor) }
  }

  /// Writes all bytes, or throws after as many as the disk took.
  mutating func write(_ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Self.writeBytes(descriptor, UnsafeRawBufferPointer(rebasing: buffer[done...]))
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw Self.failure("cannot write", path)
      }
      done += count
    }
  }

  /// Cuts the file to `length` bytes.
  mutating func truncate(to length: Int) throws {
    guard ftruncate(descriptor, off_t(length)) == 0 else {
      throw Self.failure("cannot truncate", path)
    }
  }

  /// Waits until the disk has the file, and closes it. Twice is allowed.
  mutating func close(synchronized: Bool) throws {
    guard descriptor >= 0 else { return }
    // Devices and pipes cannot be synchronised; they say so with EINVAL.
    let synced = synchronized ? fsync(descriptor) : 0
    let failed = synced != 0 && errno != EINVAL && errno != ENOTSUP
    let error = Self.failure("cannot finish writing", path)
    let closed = Self.closeDescriptor(descriptor)
    descriptor = -1
    if failed { throw error }
    if closed != 0 { throw Self.failure("cannot finish writing", path) }
  }

  /// The whole content of a file.
  static func contents(of path: String) throws -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("cannot open", path) }
    defer { _ = closeDescriptor(descriptor) }
    var result: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe read(descriptor, &block, block.count)
      if count == 0 { return result }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("cannot read", path)
      }
      result += block[..<count]
    }
  }

  /// Whether something is at `path`.
  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Removes a file, if it is there.
  static func remove(_ path: String) { _ = unsafe unlink(path) }

  /// Waits until the disk has the file at `path`.
  static func synchronize(_ path: String) throws {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("cannot open", path) }
    defer { _ = closeDescriptor(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw failure("cannot finish writing", path)
    }
  }

  /// Puts the file at `path` in the place of the one at `target`, at once.
  static func rename(_ path: String, to target: String) throws {
    #if canImport(Glibc)
      let code = unsafe Glibc.rename(path, target)
    #elseif canImport(Musl)
      let code = unsafe Musl.rename(path, target)
    #else
      let code = unsafe Darwin.rename(path, target)
    #endif
    guard code == 0 else { throw failure("cannot create", target) }
  }

  private static func failure(_ action: String, _ path: String) -> ExportError {
    let code = errno
    let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    return ExportError(action, file: path, code: code, reason: reason)
  }

  private static func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #elseif canImport(Musl)
      unsafe Musl.write(descriptor, bytes.baseAddress, bytes.count)
    #else
      unsafe Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }

  private static func closeDescriptor(_ descriptor: Int32) -> Int32 {
    #if canImport(Glibc)
      Glibc.close(descriptor)
    #elseif canImport(Musl)
      Musl.close(descriptor)
    #else
      Darwin.close(descriptor)
    #endif
  }
}
