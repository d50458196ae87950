// SPDX-License-Identifier: GPL-3.0-or-later

internal import Yams

extension SpecNode {
  /// The value as YAML text that reads back as the same value.
  func yaml() throws -> String {
    try Yams.serialize(node: yamsNode)
  }

  private var yamsNode: Node {
    switch content {
    case .scalar(let text, let isQuoted):
      .scalar(.init(text, .implicit, isQuoted ? .doubleQuoted : .plain))
    case .list(let entries):
      // Without a tag of their own the emitter would write `!!seq` and `!!map`.
      .sequence(.init(entries.map(\.yamsNode), Tag(.seq)))
    case .mapping(let entries):
      .mapping(.init(entries.map { (Node($0.key), $0.value.yamsNode) }, Tag(.map)))
    }
  }
}
