// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

/// What the dynamic loader bound a C name to.
public enum DynamicSymbols {
  /// The file that holds `symbol`'s code, by the process's memory map (Linux only), or nil.
  public static func library(of symbol: String) -> String? {
    guard
      let address = unsafe dlsym(nil, symbol),
      let data = try? FileHandle(forReadingAtPath: "/proc/self/maps")?.readToEnd(),
      let maps = String(data: data, encoding: .utf8)
    else { return nil }
    let place = UInt64(UInt(bitPattern: address))
    for line in maps.split(separator: "\n") {
      let ends = line.prefix { $0 != " " }.split(separator: "-").compactMap {
        UInt64($0, radix: 16)
      }
      if ends.count == 2, ends[0] <= place, place < ends[1] {
        return line.split(separator: " ").last.map(String.init)
      }
    }
    return nil
  }

  /// The result of calling `symbol`, a C function without arguments that returns an int.
  public static func call(_ symbol: String) -> Int? {
    guard let address = unsafe dlsym(nil, symbol) else { return nil }
    typealias Function = @convention(c) () -> Int32
    return Int(unsafe unsafeBitCast(address, to: Function.self)())
  }
}
