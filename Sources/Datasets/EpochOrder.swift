// SPDX-License-Identifier: GPL-3.0-or-later

public import RandomStreams

/// The order in which examples are shown: without replacement, reshuffled on each pass, what
/// is left of a pass carried over into the next batch.
///
/// Position q of the endless sequence is element q mod n of permutation ⌊q/n⌋, and batch `step`
/// of `size` examples is positions step·size ..< (step + 1)·size: a pure function of
/// (key, step, size), so that a resumed run sees the same batches. Permutation p is Fisher and
/// Yates's shuffle with the generator at step p of the key.
public struct EpochOrder: Sendable {
  /// The number of examples n.
  public let count: Int
  /// The address of all shuffles.
  public let key: RandomKey
  /// The two permutations last used, kept because a batch may straddle two passes.
  private var cache: [(pass: Int, order: [Int])] = []

  /// The order of `count` examples, at least one, under `key`.
  public init(count: Int, key: RandomKey) {
    precondition(count > 0, "an order of \(count) examples")
    self.count = count
    self.key = key
  }

  /// batch ← the examples of batch `step`, for batches of `size`. Allocates only when it enters
  /// a pass that is not cached.
  public mutating func indices(forBatch step: Int, size: Int, into batch: inout [Int]) {
    precondition(step >= 0 && size > 0, "batch \(step) of \(size) examples")
    batch.removeAll(keepingCapacity: true)
    let (pass, offset) = (step * size).quotientAndRemainder(dividingBy: count)
    var next = (pass: pass, offset: offset)
    while batch.count < size {
      let slot = cached(next.pass)
      let end = min(count, next.offset + size - batch.count)
      batch.append(contentsOf: cache[slot].order[next.offset..<end])
      next = (next.pass + 1, 0)
    }
  }

  /// The order of the examples in pass `pass`: a permutation of 0 ..< count.
  public func permutation(ofPass pass: Int) -> [Int] {
    precondition(pass >= 0, "pass \(pass)")
    var order = Array(0..<count)
    var random = GSLRandom(key, step: pass)
    random.shuffle(&order)
    return order
  }

  /// The place in the cache of a pass, which is shuffled if it is not there.
  private mutating func cached(_ pass: Int) -> Int {
    if let slot = cache.firstIndex(where: { $0.pass == pass }) { return slot }
    let entry = (pass: pass, order: permutation(ofPass: pass))
    if cache.count < 2 {
      cache.append(entry)
      return cache.count - 1
    }
    // The older pass makes room.
    let slot = cache[0].pass < cache[1].pass ? 0 : 1
    cache[slot] = entry
    return slot
  }
}
