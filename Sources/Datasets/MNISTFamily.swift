// SPDX-License-Identifier: GPL-3.0-or-later

/// One file of a published data set, as it should be.
public struct PublishedFile: Sendable, Equatable {
  /// Images or labels.
  public let kind: IDXKind
  /// The name before `-idx3-ubyte` or `-idx1-ubyte`, e.g. `train-images`.
  public let stem: String
  /// The dimensions, `[count, height, width]` or `[count]`.
  public let shape: [Int]
  /// SHA-256 of the uncompressed content, where it is known.
  public let contentSHA256: String?
  /// SHA-256 of the published .gz file, where that is all that is known: a copy that was
  /// compressed again has another.
  public let gzipSHA256: String?

  /// A file as it should be.
  public init(
    kind: IDXKind, stem: String, shape: [Int], contentSHA256: String? = nil,
    gzipSHA256: String? = nil
  ) {
    self.kind = kind
    self.stem = stem
    self.shape = shape
    self.contentSHA256 = contentSHA256
    self.gzipSHA256 = gzipSHA256
  }

  /// The size of the uncompressed file in bytes: header and elements.
  public var contentSize: Int { kind.headerSize + shape.reduce(1, *) }

  /// The name on the mirrors, compressed.
  public var gzipName: String { names[0] }

  /// The names under which the file is looked for, in this order: the two spellings in use,
  /// each compressed or not.
  public var names: [String] {
    let ending = "idx\(kind.dimensions)-ubyte"
    return [
      "\(stem)-\(ending).gz", "\(stem).\(ending).gz", "\(stem)-\(ending)", "\(stem).\(ending)",
    ]
  }
}

/// A data set in MNIST's format: four IDX files, for training and for testing.
public struct MNISTFamily: Sendable, Equatable {
  /// The name in specs, on the command line, and of the folder.
  public let name: String
  /// Where the files come from and their licence, in a sentence.
  public let source: String
  /// The four files: training images and labels, test images and labels.
  public let trainingImages, trainingLabels, testImages, testLabels: PublishedFile
  /// Addresses of folders on the web that have the .gz files, each ending in a slash, tried in
  /// this order.
  public let mirrors: [String]

  /// A data set of the four files.
  public init(
    name: String, source: String, trainingImages: PublishedFile, trainingLabels: PublishedFile,
    testImages: PublishedFile, testLabels: PublishedFile, mirrors: [String]
  ) {
    self.name = name
    self.source = source
    self.trainingImages = trainingImages
    self.trainingLabels = trainingLabels
    self.testImages = testImages
    self.testLabels = testLabels
    self.mirrors = mirrors
  }

  /// The four files in order.
  public var files: [PublishedFile] { [trainingImages, trainingLabels, testImages, testLabels] }

  /// The data sets that can be read, checked and downloaded.
  public static let all = [mnist, fashionMNIST]

  /// The data set of a name.
  public static func named(_ name: String) throws(DatasetError) -> MNISTFamily {
    guard let family = all.first(where: { $0.name == name }) else {
      throw .unknownDataset(name, known: all.map(\.name))
    }
    return family
  }

  /// MNIST, with the checksums of the uncompressed files, which are public in many places and
  /// agree with the copy Apical was developed on.
  public static let mnist = MNISTFamily(
    name: "mnist",
    source: "LeCun, Cortes & Burges, the MNIST database of handwritten digits; CC BY-SA 3.0",
    trainingImages: PublishedFile(
      kind: .images, stem: "train-images", shape: [60_000, 28, 28],
      contentSHA256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    trainingLabels: PublishedFile(
      kind: .labels, stem: "train-labels", shape: [60_000],
      contentSHA256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    testImages: PublishedFile(
      kind: .images, stem: "t10k-images", shape: [10_000, 28, 28],
      contentSHA256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    testLabels: PublishedFile(
      kind: .labels, stem: "t10k-labels", shape: [10_000],
      contentSHA256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    mirrors: [
      "https://storage.googleapis.com/cvdf-datasets/mnist/",
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ])

  /// Fashion-MNIST. The checksums are those of the published .gz files, as other projects list
  /// them; Apical's authors had no copy to compute the uncompressed content's. A copy that was
  /// compressed again, or not at all, can therefore only be checked for its size.
  public static let fashionMNIST = MNISTFamily(
    name: "fashion-mnist",
    source: "Xiao, Rasul & Vollgraf 2017, arXiv:1708.07747; MIT licence",
    trainingImages: PublishedFile(
      kind: .images, stem: "train-images", shape: [60_000, 28, 28],
      gzipSHA256: "08dc20ab1689590a0bcd66e874647b6ee8464e2d501b5a3f1f78831db19a3fdc"),
    trainingLabels: PublishedFile(
      kind: .labels, stem: "train-labels", shape: [60_000],
      gzipSHA256: "b0197879cbda89f3dc7b894f9fd52b858e68ea4182b6947c9d8c2b67e5f18dcc"),
    testImages: PublishedFile(
      kind: .images, stem: "t10k-images", shape: [10_000, 28, 28],
      gzipSHA256: "78dcbbfb5a27efaf1b6c1d616caca68560be8766c5bffcb2791df9273a534229"),
    testLabels: PublishedFile(
      kind: .labels, stem: "t10k-labels", shape: [10_000],
      gzipSHA256: "42bd18137a62d5998cdeae52bf3a0676ac6b706f5cf8439b47bb5b151ae3dccf"),
    mirrors: ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"])
}
