// SPDX-License-Identifier: GPL-3.0-or-later

internal import Dispatch
internal import Synchronization

/// `body(0)`, …, `body(count − 1)`, their results in order, on up to `threads` threads.
///
/// Which thread computes what has no influence on any result: work is cut into the same pieces
/// whatever the number of threads, and whoever combines the results does so in order.
func parallelMap<Result: Sendable>(
  _ count: Int, threads: Int, _ body: @Sendable (Int) throws -> Result
) throws -> [Result] {
  guard threads > 1, count > 1 else { return try (0..<count).map(body) }
  let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: count))
  let workers = min(threads, count)
  DispatchQueue.concurrentPerform(iterations: workers) { worker in
    for index in stride(from: worker, to: count, by: workers) {
      let result = Swift.Result { try body(index) }
      results.withLock { $0[index] = result }
    }
  }
  return try results.withLock { try $0.map { try $0!.get() } }
}
