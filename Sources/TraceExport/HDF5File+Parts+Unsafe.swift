// SPDX-License-Identifier: GPL-3.0-or-later

internal import CHDF5

extension HDF5File {
  /// Reads some rows and columns of a dataset `[rows, columns]`, without the rest of it.
  ///
  /// Throws a mismatch when the dataset has another number of dimensions, or is smaller.
  public func read<T: HDF5Scalar>(
    _ object: String, rows: Range<Int>, columns: Range<Int>, as type: T.Type = T.self
  ) throws -> HDF5Array<T> {
    let context = context("cannot read", object)
    let dataset = try open(object, context)
    let whole = try shape(of: dataset, context)
    guard whole.count == 2, rows.lowerBound >= 0, rows.upperBound <= whole[0],
      columns.lowerBound >= 0, columns.upperBound <= whole[1]
    else {
      throw context.mismatch(
        "it has the shape \(whole), without rows \(rows) and columns \(columns)",
        remedy: "Read what the dataset has.")
    }
    let shape = [rows.count, columns.count]
    var values = [T](repeating: .zero, count: rows.count * columns.count)
    if values.isEmpty { return HDF5Array(shape: shape, values: values) }
    let space = try context.open(H5Dget_space(dataset.id), .space)
    let start = [UInt64(rows.lowerBound), UInt64(columns.lowerBound)]
    let count = shape.map { UInt64($0) }
    try context.check(unsafe H5Sselect_hyperslab(space.id, H5S_SELECT_SET, start, nil, count, nil))
    let part = try makeSpace(shape, context)
    try context.check(
      unsafe values.withUnsafeMutableBytes { bytes in
        unsafe H5Dread(
          dataset.id, T.element.native, part.id, space.id, CHDF5_DEFAULT, bytes.baseAddress)
      })
    return HDF5Array(shape: shape, values: values)
  }

  /// The names of what is directly in a group, in alphabetical order.
  public func members(of group: String) throws -> [String] {
    let context = context("cannot read", group)
    guard try contains(group) else {
      throw ExportError(
        .missing, context.action, group, file: path, reason: "it is not in the file",
        remedy: "Check that the file holds what is asked for and is not damaged.")
    }
    var information = H5G_info_t()
    try context.check(unsafe H5Gget_info_by_name(id, group, &information, CHDF5_DEFAULT))
    return try (0..<information.nlinks).map { index in
      var name = [CChar](repeating: 0, count: 1024)
      let length = unsafe H5Lget_name_by_idx(
        id, group, H5_INDEX_NAME, H5_ITER_INC, index, &name, name.count, CHDF5_DEFAULT)
      try context.check(length < 0 ? -1 : 0)
      return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }
}
