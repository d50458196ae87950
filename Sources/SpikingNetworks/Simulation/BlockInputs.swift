// SPDX-License-Identifier: GPL-3.0-or-later

/// The part of a current or conductance input that falls into one block of cells.
struct BlockInput: Sendable {
  /// The number of the input.
  let input: Int
  /// Its compartment.
  let compartment: Int
  /// The lanes of the block that it reaches.
  let lanes: Range<Int>

  /// The inputs of every block, each list in their order: a block looks at its own alone, so that an
  /// input for every cell costs what the cells cost.
  static func lists(
    _ inputs: [(compartment: Int, cells: Range<Int>?)], blocks: Int, lanes: Int
  ) -> [[BlockInput]] {
    var lists = Array(repeating: [BlockInput](), count: blocks)
    for (index, input) in inputs.enumerated() {
      // An input of all cells reaches the lanes that only fill up the last block, too.
      let cells = input.cells ?? 0..<blocks * lanes
      for block in cells.lowerBound / lanes..<(cells.upperBound + lanes - 1) / lanes {
        let first = block * lanes
        lists[block].append(
          BlockInput(
            input: index, compartment: input.compartment,
            lanes: max(cells.lowerBound - first, 0)..<min(cells.upperBound - first, lanes)))
      }
    }
    return lists
  }
}
