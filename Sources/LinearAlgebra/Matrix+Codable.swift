// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

/// A matrix is stored as its shape and its elements' little-endian bytes, so that a checkpoint
/// holds exactly the bits that the run held.
extension Matrix: Codable {
  enum CodingKeys: String, CodingKey { case rows, columns, precision, bytes }

  /// Reads a matrix; throws where shape, precision and bytes do not agree.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let rows = try container.decode(Int.self, forKey: .rows)
    let columns = try container.decode(Int.self, forKey: .columns)
    let precision = try container.decode(String.self, forKey: .precision)
    let bytes = try container.decode(Data.self, forKey: .bytes)
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard
      precision == Scalar.precisionName, rows >= 0, columns >= 0, !overflow,
      bytes.count.isMultiple(of: MemoryLayout<Scalar>.size),
      bytes.count / MemoryLayout<Scalar>.size == count
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .bytes, in: container,
        debugDescription:
          "\(bytes.count) bytes of \(precision) do not fill a [\(rows), \(columns)] matrix of "
          + Scalar.precisionName)
    }
    self.init(rows: rows, columns: columns, elements: [Scalar](littleEndianBytes: bytes))
  }

  /// Writes shape, precision and bytes.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(rows, forKey: .rows)
    try container.encode(columns, forKey: .columns)
    try container.encode(Scalar.precisionName, forKey: .precision)
    try container.encode(elements.littleEndianBytes, forKey: .bytes)
  }
}
