// SPDX-License-Identifier: GPL-3.0-or-later

internal import CHDF5

extension HDF5File {
  /// Makes an empty dataset that grows by rows: `[0]`, or `[0, columns]` when columns are given.
  ///
  /// It is stored in pieces of `chunk` (as many lengths as the dataset has), not compressed.
  public func createExtendable<T: HDF5Scalar>(
    _ object: String, of type: T.Type, columns: Int? = nil, chunk: [Int]
  ) throws {
    let shape = [0] + (columns.map { [$0] } ?? [])
    precondition(chunk.count == shape.count && chunk.allSatisfy { $0 > 0 }, "chunk \(chunk)")
    let context = context("cannot create", object)
    let space = try makeSpace(shape, unlimited: true, context)
    let properties = try datasetProperties(context)
    let lengths = chunk.map { UInt64($0) }
    try context.check(unsafe H5Pset_chunk(properties.id, Int32(chunk.count), lengths))
    var dataset = try create(object, T.element, space, properties, context)
    try context.check(dataset.close())
  }

  /// Appends whole rows, given one after the other, to a dataset that grows.
  public func appendRows<T: HDF5Scalar>(_ values: [T], to object: String) throws {
    if values.isEmpty { return }
    let context = context("cannot write", object)
    var dataset = try open(object, context)
    let before = try shape(of: dataset, context)
    let width = before.dropFirst().reduce(1, *)
    precondition(width > 0 && values.count % width == 0, "\(values.count) values, \(before)")
    var added = before
    added[0] = values.count / width
    var after = before
    after[0] += added[0]
    let extent = after.map { UInt64($0) }
    try context.check(unsafe H5Dset_extent(dataset.id, extent))

    let whole = try context.open(H5Dget_space(dataset.id), .space)
    var start = [UInt64](repeating: 0, count: before.count)
    start[0] = UInt64(before[0])
    let count = added.map { UInt64($0) }
    try context.check(
      unsafe H5Sselect_hyperslab(whole.id, H5S_SELECT_SET, start, nil, count, nil))
    let part = try makeSpace(added, context)
    try context.check(
      unsafe H5Dwrite(dataset.id, T.element.native, part.id, whole.id, CHDF5_DEFAULT, values))
    try context.check(dataset.close())
  }

  /// Drops the rows from `rows` on.
  ///
  /// Throws when the dataset has fewer rows: rows that were never written are not made up.
  public func truncateRows(of object: String, to rows: Int) throws {
    let context = context("cannot truncate", object)
    var dataset = try open(object, context)
    var extent = try shape(of: dataset, context).map { UInt64($0) }
    guard rows >= 0, let present = extent.first, UInt64(rows) <= present else {
      throw context.mismatch(
        "it has \(extent.first ?? 0) rows, fewer than \(rows)",
        remedy: "Resume from an earlier checkpoint.")
    }
    extent[0] = UInt64(rows)
    try context.check(unsafe H5Dset_extent(dataset.id, extent))
    try context.check(dataset.close())
  }
}
