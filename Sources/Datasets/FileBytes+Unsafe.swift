// SPDX-License-Identifier: GPL-3.0-or-later
//
// Whole files as bytes, with the operating system's own reason when that fails.

internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Whole files, and what the operating system says about them.
enum FileBytes {
  /// The largest file, and the largest content of one, that is read: ten million images of 784
  /// pixels, or half of what the machine holds.
  static let largestSize = min(
    8_000_000_000, Int(ProcessInfo.processInfo.physicalMemory / 2))

  /// The bytes of a file.
  static func read(_ path: String) throws(DatasetError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw error(errno, path) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw error(errno, path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path, reason: "it is not a regular file")
    }
    let size = Int(status.st_size)
    guard size <= largestSize else { throw .tooLarge(path, size: size, limit: largestSize) }
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = unsafe systemRead(
          descriptor, buffer.baseAddress! + count, min(size - count, 1 << 30))
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        count += got
      }
    }
    guard failure == 0 else { throw error(failure, path) }
    return bytes
  }

  private static func systemRead(
    _ descriptor: Int32, _ buffer: UnsafeMutablePointer<UInt8>, _ count: Int
  ) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.read(descriptor, buffer, count)
    #elseif canImport(Musl)
      unsafe Musl.read(descriptor, buffer, count)
    #else
      unsafe Darwin.read(descriptor, buffer, count)
    #endif
  }

  /// What an error number means for a file that was to be read.
  static func error(_ number: Int32, _ path: String) -> DatasetError {
    switch number {
    case ENOENT, ENOTDIR: .missingFile(path)
    case EACCES, EPERM: .permissionDenied(path)
    default: .unreadable(path, reason: reason(number))
    }
  }

  /// Whether there is a folder at a path; links are followed.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether there is a file without a byte at a path.
  static func isEmpty(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_size == 0
  }

  /// Makes a folder and those above it, where they are missing.
  static func makeFolder(_ path: String) throws(DatasetError) {
    if isFolder(path) { return }
    if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      try makeFolder(String(path[..<slash]))
    }
    if unsafe mkdir(path, 0o777) != 0 && !isFolder(path) {
      // "File exists" would not help: it is the wrong kind of file.
      throw .cannotWrite(path, reason: reason(errno == EEXIST ? ENOTDIR : errno))
    }
  }

  /// Opens a file for writing at its end; creates it where it is missing.
  static func openForAppending(_ path: String) throws(DatasetError) -> FileHandle {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .cannotWrite(path, reason: reason(errno)) }
    lseek(descriptor, 0, SEEK_END)
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// Renames a file, over another one if need be, in one step.
  static func move(_ path: String, to destination: String) throws(DatasetError) {
    guard unsafe rename(path, destination) == 0 else {
      throw .cannotWrite(destination, reason: reason(errno))
    }
  }

  /// The operating system's words for an error number.
  static func reason(_ number: Int32) -> String {
    unsafe String(cString: strerror(number))
  }
}
