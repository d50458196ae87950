// SPDX-License-Identifier: GPL-3.0-or-later

import RandomStreams
import Testing

@testable import Datasets

@Suite struct SyntheticDigitsKnownAnswerTests {
  @Test("The first hundred examples of seed 1 are the ones they have always been")
  func checksum() {
    // Changes only with the data set's definition; say so under "Numerics changed".
    let digits = SyntheticDigits(key: RandomKey(seed: 1).purpose(.syntheticData))
    let images = digits.images(count: 100, startingAt: 0)
    #expect(
      images.imageFile.contentSHA256
        == "1812a85e6fbfcb0739677eda019ffd96dda7ed04580476385e4df14ad78aaab2")
    #expect(images.labels.prefix(10) == [8, 9, 1, 5, 1, 3, 8, 7, 7, 9])
  }
}
