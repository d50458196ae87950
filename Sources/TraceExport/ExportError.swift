// SPDX-License-Identifier: GPL-3.0-or-later

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A file of a run that could not be written or read: which one, which object in it, why, and
/// what to do about it.
public struct ExportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What a program can decide by.
  public enum Kind: Sendable {
    /// No room on the disk, or a quota or size limit is reached.
    case diskFull
    /// Permissions or a read-only disk.
    case notWritable
    /// A file, directory or object is not there.
    case missing
    /// Something of that name is there already.
    case exists
    /// The file is not what its name says, or is cut off.
    case damaged
    /// The file holds something else than was asked for: another shape, another trace.
    case mismatch
    /// Anything else, in the words of the system or of HDF5.
    case other
  }

  /// What a program can decide by.
  public let kind: Kind
  /// For instance `cannot write`.
  public let action: String
  /// The object inside the file, when it is not the file itself.
  public let object: String?
  /// The path of the file.
  public let file: String
  /// Why, without a full stop.
  public let reason: String
  /// What the person can do, as a sentence.
  public let remedy: String

  /// `action object in file: reason. Remedy.`
  public var description: String {
    let place = object.map { "\($0) in \(file)" } ?? file
    return "\(action) \(place): \(reason). \(remedy)"
  }

  init(
    _ kind: Kind, _ action: String, _ object: String? = nil, file: String, reason: String,
    remedy: String
  ) {
    self.kind = kind
    self.action = action
    self.object = object
    self.file = file
    self.reason = reason
    self.remedy = remedy
  }

  /// A failure with the operating system's number for it.
  init(_ action: String, _ object: String? = nil, file: String, code: Int32, reason: String) {
    let (kind, remedy): (Kind, String) =
      switch code {
      case ENOSPC, EDQUOT, EFBIG:
        (.diskFull, "Free space on that disk, then continue the run with --resume.")
      case EACCES, EPERM, EROFS:
        (.notWritable, "Choose another directory with --out, or make this one writable.")
      case ENOENT:
        (.missing, "Check the path, and that its directory exists.")
      case ENOTDIR:
        (.missing, "A part of the path is a file; choose another directory with --out.")
      case EEXIST:
        (.exists, "Choose another name, or move the old file away.")
      default:
        (.other, "Check the disk that holds the file.")
      }
    self.init(kind, action, object, file: file, reason: reason, remedy: remedy)
  }

  /// A failure that HDF5 explains by `message`, its innermost one.
  init(_ action: String, _ object: String?, file: String, hdf5 message: String) {
    if let code = Self.number(after: "errno = ", in: message),
      let reason = Self.text(between: "error message = '", and: "'", in: message)
    {
      self.init(action, object, file: file, code: code, reason: reason)
    } else if message.contains("signature") || message.contains("truncated file") {
      self.init(
        .damaged, action, object, file: file, reason: "HDF5 says \"\(message)\"",
        remedy: "The file is not HDF5 or was cut off; restore it or move it away.")
    } else {
      let reason = message.isEmpty ? "HDF5 gives no reason" : "HDF5 says \"\(message)\""
      self.init(
        .other, action, object, file: file, reason: reason,
        remedy: "Check that the file holds what is asked for and is not damaged.")
    }
  }

  private static func number(after mark: String, in message: String) -> Int32? {
    guard let tail = tail(of: message, after: mark) else { return nil }
    return Int32(tail.prefix { $0.isNumber })
  }

  private static func text(between mark: String, and end: Character, in message: String) -> String?
  {
    guard let tail = tail(of: message, after: mark) else { return nil }
    return String(tail.prefix { $0 != end })
  }

  private static func tail(of message: String, after mark: String) -> Substring? {
    var rest = message[...]
    while !rest.isEmpty {
      if rest.hasPrefix(mark) { return rest.dropFirst(mark.count) }
      rest = rest.dropFirst()
    }
    return nil
  }
}
