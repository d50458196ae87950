// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import Synchronization

/// Jobs of different lengths on a fixed number of threads: each thread takes the next job left.
/// Results come back in order; the first failure is thrown after the jobs under way have ended.
func parallelJobs<Result: Sendable>(
  _ count: Int, threads: Int, _ body: @escaping @Sendable (Int) throws -> Result
) throws -> [Result] {
  let next = Atomic(0)
  let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: count))
  let failed = Atomic(false)
  DispatchQueue.concurrentPerform(iterations: min(threads, max(1, count))) { _ in
    while !failed.load(ordering: .relaxed) {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      let result = Swift.Result { try body(index) }
      if case .failure = result { failed.store(true, ordering: .relaxed) }
      results.withLock { $0[index] = result }
    }
  }
  return try results.withLock { all in
    for case .failure(let error)? in all { throw error }
    return try all.map { try $0!.get() }
  }
}
