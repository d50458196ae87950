// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// Where text goes.
enum Console {
  /// Whether a person looks at standard error.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// The width of the terminal, 80 where it is not known.
  static var width: Int {
    var size = winsize()
    let known = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20
    return known ? Int(size.ws_col) : 80
  }

  static func print(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

  static func error(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }

  static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
