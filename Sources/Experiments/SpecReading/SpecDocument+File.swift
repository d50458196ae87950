// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

extension SpecDocument {
  /// The largest file that is read, in bytes.
  public static let sizeLimit = 1 << 20

  /// Reads a file of UTF-8 text, at most `sizeLimit` bytes long.
  ///
  /// - Parameters:
  ///   - path: The file; mistakes name it as given here.
  ///   - overrides: Values that replace those of the file, each as `key.path=value`.
  public init(contentsOf path: String, overrides: [String] = []) throws(SpecError) {
    let text: String
    do throws(SpecParser.Mistake) {
      text = try SpecDocument.text(of: try SpecDocument.bytes(of: path))
    } catch {
      throw SpecError(file: path, mistakes: [error])
    }
    try self.init(text: text, file: path, overrides: overrides)
  }

  private static func bytes(of path: String) throws(SpecParser.Mistake) -> Data {
    let message: String
    do {
      let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
      if try url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true {
        message = "is a directory, expected a YAML file"
      } else {
        let handle = try FileHandle(forReadingFrom: url)
        defer { try? handle.close() }
        let bytes = try handle.read(upToCount: sizeLimit + 1) ?? Data()
        if bytes.count <= sizeLimit { return bytes }
        message = "is larger than 1 MiB, which no specification should be"
      }
    } catch let error as CocoaError
      where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile
    {
      message = "no such file"
    } catch let error as CocoaError where error.code == .fileReadNoPermission {
      message = "may not be read: permission denied"
    } catch {
      message = "could not be read: \(error.localizedDescription)"
    }
    throw SpecParser.Mistake(place: .wholeFile, message: message)
  }

  /// The text of UTF-8 bytes; the first byte that is not UTF-8 is the mistake.
  private static func text(of bytes: Data) throws(SpecParser.Mistake) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw SpecParser.Mistake(place: .wholeFile, message: "is UTF-16, expected UTF-8")
    }
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where String(validating: line, as: UTF8.self) == nil {
      // Repairing puts a replacement where the first wrong byte stands, so the bytes part there.
      let repaired = String(decoding: line, as: UTF8.self)
      let sound = zip(repaired.utf8, line).prefix { $0 == $1 }.count
      let column = String(decoding: line.prefix(sound), as: UTF8.self).unicodeScalars.count
      throw SpecParser.Mistake(
        place: .text(line: index + 1, column: column + 1), message: "this byte is not UTF-8 text")
    }
    throw SpecParser.Mistake(place: .wholeFile, message: "is not UTF-8 text")
  }
}
