// SPDX-License-Identifier: GPL-3.0-or-later

internal import CHDF5

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

extension HDF5File {
  /// Gives an object a number; an attribute of that name is replaced.
  public func setAttribute<T: HDF5Scalar>(_ name: String, of object: String, to value: T) throws {
    try setNumbers(name, of: object, [value], shape: [])
  }

  /// Gives an object a list of numbers; an attribute of that name is replaced.
  public func setAttribute<T: HDF5Scalar>(_ name: String, of object: String, to values: [T])
    throws
  {
    try setNumbers(name, of: object, values, shape: [values.count])
  }

  /// Gives an object a text: UTF-8, of variable length.
  public func setAttribute(_ name: String, of object: String, to text: String) throws {
    try setTexts(name, of: object, [text], shape: [])
  }

  /// Gives an object a list of texts: UTF-8, of variable length.
  public func setAttribute(_ name: String, of object: String, to texts: [String]) throws {
    try setTexts(name, of: object, texts, shape: [texts.count])
  }

  /// Gives an object one of several named cases, stored as an enumeration on 8 bits that counts
  /// the cases from 0.
  public func setAttribute(
    _ name: String, of object: String, toCase value: String, of cases: [String]
  )
    throws
  {
    let context = attributeContext("cannot write", name, object)
    guard let chosen = cases.firstIndex(of: value).flatMap(UInt8.init(exactly:)) else {
      preconditionFailure("\(value) is none of \(cases)")
    }
    let type = try context.open(H5Tenum_create(HDF5Element.uint8.stored), .type)
    for (index, label) in cases.enumerated() {
      var number = UInt8(index)
      try context.check(unsafe H5Tenum_insert(type.id, label, &number))
    }
    let space = try makeSpace([], context)
    var attribute = try replace(name, of: object, type.id, space, context)
    var number = chosen
    try context.check(unsafe H5Awrite(attribute.id, type.id, &number))
    try context.check(attribute.close())
  }

  /// The numbers of an attribute, one for a scalar.
  public func attribute<T: HDF5Scalar>(_ name: String, of object: String, as type: T.Type = T.self)
    throws -> [T]
  {
    let context = attributeContext("cannot read", name, object)
    let attribute = try openAttribute(name, of: object, context)
    let space = try context.open(H5Aget_space(attribute.id), .space)
    var values = [T](repeating: .zero, count: try lengths(of: space, context).reduce(1, *))
    try context.check(
      unsafe values.withUnsafeMutableBytes { bytes in
        unsafe H5Aread(attribute.id, T.element.native, bytes.baseAddress)
      })
    return values
  }

  /// The texts of an attribute of variable length, one for a scalar.
  public func texts(_ name: String, of object: String) throws -> [String] {
    let context = attributeContext("cannot read", name, object)
    let attribute = try openAttribute(name, of: object, context)
    let space = try context.open(H5Aget_space(attribute.id), .space)
    let count = try lengths(of: space, context).reduce(1, *)
    let type = try context.open(H5Aget_type(attribute.id), .type)
    guard try context.check(H5Tis_variable_str(type.id)) > 0 else {
      throw context.mismatch(
        "it is not a text of variable length", remedy: "Read it as what it was written as.")
    }
    var pointers = unsafe [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    try context.check(unsafe H5Aread(attribute.id, type.id, &pointers))
    let texts = unsafe pointers.map { unsafe $0.map { unsafe String(cString: $0) } ?? "" }
    try context.check(unsafe H5Dvlen_reclaim(type.id, space.id, CHDF5_DEFAULT, &pointers))
    return texts
  }

  /// The name of the case that an enumeration on 8 bits has.
  public func enumerationCase(_ name: String, of object: String) throws -> String {
    let context = attributeContext("cannot read", name, object)
    let attribute = try openAttribute(name, of: object, context)
    let type = try context.open(H5Aget_type(attribute.id), .type)
    var number: UInt8 = 0
    guard H5Tget_class(type.id) == H5T_ENUM, H5Tget_size(type.id) == 1 else {
      throw context.mismatch(
        "it is not an enumeration on 8 bits", remedy: "Read it as what it was written as.")
    }
    try context.check(unsafe H5Aread(attribute.id, type.id, &number))
    var label = [CChar](repeating: 0, count: 256)
    try context.check(unsafe H5Tenum_nameof(type.id, &number, &label, label.count))
    return String(decoding: label.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func setNumbers<T: HDF5Scalar>(
    _ name: String, of object: String, _ values: [T], shape: [Int]
  ) throws {
    let context = attributeContext("cannot write", name, object)
    let space = try makeSpace(shape, context)
    if try writeInPlace(name, of: object, values, shape, context) { return }
    var attribute = try replace(name, of: object, T.element.stored, space, context)
    try context.check(unsafe H5Awrite(attribute.id, T.element.native, values))
    try context.check(attribute.close())
  }

  private func setTexts(_ name: String, of object: String, _ texts: [String], shape: [Int]) throws {
    let context = attributeContext("cannot write", name, object)
    let type = try context.open(H5Tcopy(chdf5_c_string()), .type)
    try context.check(chdf5_set_variable_length(type.id))
    try context.check(H5Tset_cset(type.id, H5T_CSET_UTF8))
    let space = try makeSpace(shape, context)
    var attribute = try replace(name, of: object, type.id, space, context)
    let copies = unsafe texts.map { unsafe strdup($0) }
    defer { unsafe copies.forEach { unsafe free($0) } }
    try context.check(unsafe H5Awrite(attribute.id, type.id, copies))
    try context.check(attribute.close())
  }

  private func attributeContext(_ action: String, _ name: String, _ object: String)
    -> HDF5Context
  {
    context(action, object == "/" ? "@\(name)" : "\(object)@\(name)")
  }

  /// Whether an object has an attribute of that name.
  public func hasAttribute(_ name: String, of object: String) throws -> Bool {
    let context = attributeContext("cannot look for", name, object)
    guard try contains(object) else { return false }
    return try context.check(unsafe H5Aexists_by_name(id, object, name, CHDF5_DEFAULT)) > 0
  }

  private func openAttribute(_ name: String, of object: String, _ context: HDF5Context) throws
    -> HDF5Handle
  {
    guard try hasAttribute(name, of: object) else {
      throw ExportError(
        .missing, context.action, context.object, file: path, reason: "it is not in the file",
        remedy: "Check that the file holds what is asked for and is not damaged.")
    }
    return try context.open(
      unsafe H5Aopen_by_name(id, object, name, CHDF5_DEFAULT, CHDF5_DEFAULT), .attribute)
  }

  /// Writes over an attribute that is there with this type and shape: a counter that moves at
  /// every flush must not be missing when the run is cut off between two calls.
  private func writeInPlace<T: HDF5Scalar>(
    _ name: String, of object: String, _ values: [T], _ shape: [Int], _ context: HDF5Context
  ) throws -> Bool {
    guard try hasAttribute(name, of: object) else { return false }
    // HDF5 1.10.8 does not write to an attribute opened by the name of its object.
    let owner = try context.open(unsafe H5Oopen(id, object, CHDF5_DEFAULT), .object)
    var attribute = try context.open(unsafe H5Aopen(owner.id, name, CHDF5_DEFAULT), .attribute)
    let type = try context.open(H5Aget_type(attribute.id), .type)
    let space = try context.open(H5Aget_space(attribute.id), .space)
    guard try context.check(H5Tequal(type.id, T.element.stored)) > 0,
      try lengths(of: space, context) == shape
    else { return false }
    try context.check(unsafe H5Awrite(attribute.id, T.element.native, values))
    try context.check(attribute.close())
    return true
  }

  private func replace(
    _ name: String, of object: String, _ type: Int64, _ space: borrowing HDF5Handle,
    _ context: HDF5Context
  ) throws -> HDF5Handle {
    if try hasAttribute(name, of: object) {
      try context.check(unsafe H5Adelete_by_name(id, object, name, CHDF5_DEFAULT))
    }
    return try context.open(
      unsafe H5Acreate_by_name(
        id, object, name, type, space.id, CHDF5_DEFAULT, CHDF5_DEFAULT, CHDF5_DEFAULT), .attribute)
  }
}
