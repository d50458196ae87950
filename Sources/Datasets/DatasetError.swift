// SPDX-License-Identifier: GPL-3.0-or-later

/// What can be wrong with data, one case each. The description is one sentence: the file or
/// folder, what is wrong with it in numbers, and what to do.
public enum DatasetError: Error, Equatable, Sendable {
  /// No data set has this name.
  case unknownDataset(String, known: [String])
  /// None of the places where a data set may lie has it.
  case notFound(dataset: String, looked: [String])
  /// A folder that was named does not exist.
  case missingFolder(String, dataset: String)
  /// A folder lacks files of the data set.
  case missingFiles(folder: String, dataset: String, missing: [String], present: [String])
  /// A file that was named does not exist.
  case missingFile(String)
  /// The operating system forbids reading.
  case permissionDenied(String)
  /// Reading failed for another reason.
  case unreadable(String, reason: String)
  /// A file larger than any that is read.
  case tooLarge(String, size: Int, limit: Int)
  /// A file of no bytes.
  case empty(String)
  /// The first bytes are neither gzip's nor IDX's.
  case notIDX(String, magic: UInt32)
  /// An IDX file of another element type or number of dimensions than the two that are read.
  case unsupportedIDX(String, magic: UInt32)
  /// A label file in the place of an image file.
  case labelsNotImages(String)
  /// An image file in the place of a label file.
  case imagesNotLabels(String)
  /// A header that declares an impossible size.
  case impossibleHeader(String, shape: [Int], reason: String)
  /// The content ends before the size that its header declares.
  case truncated(String, expected: Int, found: Int)
  /// Bytes after the content that the header declares (gzip: after its end, or inside it).
  case trailingBytes(String, expected: Int)
  /// A gzip stream that ends early.
  case truncatedGzip(String, expected: Int, found: Int)
  /// A gzip stream that does not decode, or whose checksum disagrees with its content.
  case damagedGzip(String, reason: String)
  /// Images and labels of different number.
  case countMismatch(images: String, imageCount: Int, labels: String, labelCount: Int)
  /// A label that is no class.
  case labelOutOfRange(String, index: Int, label: Int, classCount: Int)
  /// Not the size of the published file.
  case wrongShape(String, expected: [Int], found: [Int])
  /// No more training examples than are to be set aside for validation.
  case tooFew(String, found: Int, validation: Int)
  /// Not the content that was published.
  case checksum(String, expected: String, found: String)
  /// A file or folder could not be written.
  case cannotWrite(String, reason: String)
  /// No mirror gave the file.
  case downloadFailed(file: String, attempts: [String])
}

extension DatasetError: CustomStringConvertible {
  /// One sentence: place, what is wrong, and the fix.
  public var description: String {
    switch self {
    case .unknownDataset(let name, let known):
      return "there is no data set \"\(name)\": choose one of \(Self.list(known))"
    case .notFound(let dataset, let looked):
      return "\(dataset) was not found in \(Self.list(looked)): \(Self.fetchOrName(dataset))"
    case .missingFolder(let path, let dataset):
      return "there is no folder \(path): \(Self.fetchOrName(dataset))"
    case .missingFiles(let folder, let dataset, let missing, let present):
      let there = present.isEmpty ? "is empty" : "has \(Self.list(present))"
      return "\(folder) lacks \(Self.list(missing)) (it \(there)): \(Self.fetchOrName(dataset))"
    case .missingFile(let path):
      return "there is no file \(path): check the path, or the folder named with --data"
    case .permissionDenied(let path):
      return "no permission to read \(path): allow it with chmod +r, or name another folder "
        + "with --data"
    case .unreadable(let path, let reason):
      return "\(path) cannot be read (\(reason)): check the disk and the path"
    case .tooLarge(let path, let size, let limit):
      return "\(path) has \(size) bytes, more than the \(limit) that are read: \(Self.replace)"
    case .unsupportedIDX, .notIDX, .empty, .labelsNotImages, .imagesNotLabels, .impossibleHeader,
      .truncated, .trailingBytes, .truncatedGzip, .damagedGzip:
      return damageDescription
    case .countMismatch(let images, let imageCount, let labels, let labelCount):
      return "\(images) holds \(imageCount) images but \(labels) holds \(labelCount) labels: "
        + "take both files from one data set"
    case .labelOutOfRange(let path, let index, let label, let classCount):
      return "\(path): label \(index) is \(label), not a class from 0 to \(classCount - 1): "
        + Self.replace
    case .wrongShape(let path, let expected, let found):
      return "\(path) holds \(Self.shape(found)), the published file \(Self.shape(expected)): "
        + Self.replace
    case .tooFew(let folder, let found, let validation):
      return "\(folder) holds \(found) training examples, none of which is left after "
        + "\(validation) for validation: set `validation` lower, or take the whole data set"
    case .checksum(let path, let expected, let found):
      return "\(path) is not the published file (SHA-256 \(found.prefix(12))… instead of "
        + "\(expected.prefix(12))…): \(Self.replace)"
    case .cannotWrite(let path, let reason):
      return "\(path) cannot be written (\(reason)): free some space or choose another folder"
    case .downloadFailed(let file, let attempts):
      return "\(file) could not be downloaded (\(attempts.joined(separator: "; "))): check the "
        + "network and repeat, or copy the file into the folder by hand"
    }
  }

  /// The sentences about a file's bytes.
  private var damageDescription: String {
    switch self {
    case .empty(let path):
      return "\(path) is empty: \(Self.replace)"
    case .notIDX(let path, let magic):
      return
        "\(path) is neither gzip nor IDX (it starts with 0x\(Self.hex(magic))): \(Self.replace)"
    case .unsupportedIDX(let path, let magic):
      return "\(path) is an IDX file of another kind (magic 0x\(Self.hex(magic)); images have "
        + "0x00000803, labels 0x00000801): use files of the MNIST family"
    case .labelsNotImages(let path):
      return "\(path) holds labels where images are expected: rename the files, images end in "
        + "images-idx3-ubyte"
    case .imagesNotLabels(let path):
      return "\(path) holds images where labels are expected: rename the files, labels end in "
        + "labels-idx1-ubyte"
    case .impossibleHeader(let path, let shape, let reason):
      return "\(path) declares \(Self.shape(shape)), \(reason): \(Self.replace)"
    case .truncated(let path, let expected, let found):
      return "\(path) is truncated (\(found) bytes of content instead of \(expected)): "
        + Self.replace
    case .trailingBytes(let path, let expected):
      return
        "\(path) is longer than its header says (\(expected) bytes of content): \(Self.replace)"
    case .truncatedGzip(let path, let expected, let found):
      return "\(path) ends inside its gzip stream (\(found) bytes of content instead of "
        + "\(expected)): \(Self.replace)"
    case .damagedGzip(let path, let reason):
      return "\(path) is damaged (gzip: \(reason)): \(Self.replace)"
    default:
      return ""
    }
  }

  private static let replace = "replace it by a good copy (`apical data fetch`)"

  private static func fetchOrName(_ dataset: String) -> String {
    "run `apical data fetch \(dataset)`, or name the folder with --data or APICAL_DATA"
  }

  private static func list(_ items: [String]) -> String { items.joined(separator: ", ") }

  private static func shape(_ shape: [Int]) -> String {
    guard let count = shape.first else { return "nothing" }
    if shape.count == 1 { return "\(count) labels" }
    return "\(count) images of "
      + shape.dropFirst().reversed().map(String.init).joined(separator: "×")
  }

  private static func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
