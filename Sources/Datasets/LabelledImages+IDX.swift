// SPDX-License-Identifier: GPL-3.0-or-later

extension LabelledImages {
  /// Reads an image file and its label file, plain or gzip.
  ///
  /// Throws what is wrong with either, different numbers of images and labels, or a label that
  /// is not below `classCount`.
  public init(
    name: String, imagesAt imagePath: String, labelsAt labelPath: String, classCount: Int = 10
  ) throws(DatasetError) {
    let images = try IDXFile(path: imagePath, kind: .images)
    let labels = try IDXFile(path: labelPath, kind: .labels)
    try self.init(
      name: name, images: images, imagePath: imagePath, labels: labels, labelPath: labelPath,
      classCount: classCount)
  }

  /// The same from content already read; the paths are named in errors.
  init(
    name: String, images: IDXFile, imagePath: String, labels: IDXFile, labelPath: String,
    classCount: Int
  ) throws(DatasetError) {
    guard images.shape[0] == labels.shape[0] else {
      throw .countMismatch(
        images: imagePath, imageCount: images.shape[0], labels: labelPath,
        labelCount: labels.shape[0])
    }
    if let index = labels.elements.firstIndex(where: { Int($0) >= classCount }) {
      throw .labelOutOfRange(
        labelPath, index: index, label: Int(labels.elements[index]), classCount: classCount)
    }
    self.init(
      name: name, width: images.shape[2], height: images.shape[1], classCount: classCount,
      pixels: images.elements, labels: labels.elements)
  }

  /// The images as the content of an IDX file, for writing.
  public var imageFile: IDXFile {
    IDXFile(kind: .images, shape: [count, height, width], elements: pixels)
  }

  /// The labels as the content of an IDX file, for writing.
  public var labelFile: IDXFile {
    IDXFile(kind: .labels, shape: [count], elements: labels)
  }
}
