// SPDX-License-Identifier: GPL-3.0-or-later

internal import CHDF5

extension HDF5File {
  /// Writes a new dataset `[count]`, or of the given shape (rows after rows).
  ///
  /// Groups on the way are made. Throws when the object is there already.
  public func write<T: HDF5Scalar>(_ values: [T], shape: [Int]? = nil, to object: String) throws {
    let shape = shape ?? [values.count]
    precondition(shape.reduce(1, *) == values.count, "shape \(shape), \(values.count) values")
    let context = context("cannot write", object)
    let space = try makeSpace(shape, context)
    var dataset = try create(object, T.element, space, try datasetProperties(context), context)
    if !values.isEmpty {
      try context.check(
        unsafe H5Dwrite(dataset.id, T.element.native, CHDF5_ALL, CHDF5_ALL, CHDF5_DEFAULT, values))
    }
    try context.check(dataset.close())
  }

  /// Replaces all values of a dataset. Throws when it has another number of them.
  public func overwrite<T: HDF5Scalar>(_ values: [T], in object: String) throws {
    let context = context("cannot write", object)
    var dataset = try open(object, context)
    let shape = try shape(of: dataset, context)
    guard shape.reduce(1, *) == values.count else {
      throw context.mismatch(
        "it has the shape \(shape), not \(values.count) values",
        remedy: "Write as many values as the dataset has.")
    }
    if !values.isEmpty {
      try context.check(
        unsafe H5Dwrite(dataset.id, T.element.native, CHDF5_ALL, CHDF5_ALL, CHDF5_DEFAULT, values))
    }
    try context.check(dataset.close())
  }

  /// Reads a whole dataset, converted to `T` where the file has another type of number.
  public func read<T: HDF5Scalar>(_ object: String, as type: T.Type = T.self) throws
    -> HDF5Array<T>
  {
    let context = context("cannot read", object)
    let dataset = try open(object, context)
    let shape = try shape(of: dataset, context)
    var values = [T](repeating: .zero, count: shape.reduce(1, *))
    if !values.isEmpty {
      try context.check(
        unsafe values.withUnsafeMutableBytes { bytes in
          unsafe H5Dread(
            dataset.id, T.element.native, CHDF5_ALL, CHDF5_ALL, CHDF5_DEFAULT, bytes.baseAddress)
        })
    }
    return HDF5Array(shape: shape, values: values)
  }

  /// `[count]` or `[rows, columns]` of a dataset.
  public func shape(of object: String) throws -> [Int] {
    let context = context("cannot read", object)
    return try shape(of: try open(object, context), context)
  }

  /// The type of the numbers in a dataset, or nil when it is none that this package writes.
  public func element(of object: String) throws -> HDF5Element? {
    let context = context("cannot read", object)
    let dataset = try open(object, context)
    let type = try context.open(H5Dget_type(dataset.id), .type)
    for element in HDF5Element.allCases
    where try context.check(H5Tequal(type.id, element.stored)) > 0 {
      return element
    }
    return nil
  }

  func open(_ object: String, _ context: HDF5Context) throws -> HDF5Handle {
    guard try contains(object) else {
      throw ExportError(
        .missing, context.action, object, file: path, reason: "it is not in the file",
        remedy: "Check that the file holds what is asked for and is not damaged.")
    }
    // A look-up between here and the caller would replace the library's reason.
    return try context.open(unsafe H5Dopen2(id, object, CHDF5_DEFAULT), .dataset)
  }

  func shape(of dataset: borrowing HDF5Handle, _ context: HDF5Context) throws -> [Int] {
    try lengths(of: try context.open(H5Dget_space(dataset.id), .space), context)
  }

  /// Properties of a dataset without times of writing: the same values make the same bytes.
  func datasetProperties(_ context: HDF5Context) throws -> HDF5Handle {
    let properties = try context.open(H5Pcreate(chdf5_dataset_create()), .properties)
    try context.check(H5Pset_obj_track_times(properties.id, false))
    return properties
  }

  func create(
    _ object: String, _ element: HDF5Element, _ space: borrowing HDF5Handle,
    _ properties: borrowing HDF5Handle, _ context: HDF5Context
  ) throws -> HDF5Handle {
    guard try !contains(object) else {
      throw ExportError(
        .exists, context.action, object, file: path, reason: "it is there already",
        remedy: "Choose another name, or move the old file away.")
    }
    let links = try linkProperties(context)
    return try context.open(
      unsafe H5Dcreate2(
        id, object, element.stored, space.id, links.id, properties.id, CHDF5_DEFAULT), .dataset)
  }
}
