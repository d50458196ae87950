// SPDX-License-Identifier: GPL-3.0-or-later

internal import Dispatch
internal import Foundation
internal import Synchronization

#if canImport(FoundationNetworking)
  internal import FoundationNetworking
#endif

/// One HTTP request whose body is appended to a file that may have a beginning already.
final class Transfer: NSObject, URLSessionDataDelegate {
  /// How a transfer ended.
  enum End: Equatable {
    case finished
    case failed(String)
    case cannotWrite(DatasetError)
  }

  private struct State {
    var file: FileHandle?
    var received = 0
    var expected: Int?
    var resumed = false
    var reported = 0
    var end: End?
  }

  private let address: URL
  private let path: String
  private let timeout: Double
  private let progress: @Sendable (_ received: Int, _ expected: Int?) -> Void
  private let state = Mutex(State())
  private let done = DispatchSemaphore(value: 0)

  init(
    from address: URL, to path: String, timeout: Double,
    progress: @escaping @Sendable (_ received: Int, _ expected: Int?) -> Void
  ) {
    self.address = address
    self.path = path
    self.timeout = timeout
    self.progress = progress
  }

  /// Does it, and waits. `resumed`: whether the server continued the beginning.
  func run() -> (end: End, resumed: Bool) {
    let first = attempt()
    // 416: the beginning is not shorter than the file, so it is not its beginning.
    guard first.status == 416 else { return (first.end, first.resumed) }
    try? FileManager.default.removeItem(atPath: path)
    let second = attempt()
    return (second.end, second.resumed)
  }

  private func attempt() -> (end: End, resumed: Bool, status: Int) {
    state.withLock { $0 = State() }
    let beginning: Int
    do throws(DatasetError) {
      let handle = try FileBytes.openForAppending(path)
      beginning = (try? handle.offset()).map { Int($0) } ?? 0
      state.withLock {
        $0.file = handle
        $0.received = beginning
      }
    } catch {
      return (.cannotWrite(error), false, 0)
    }
    var request = URLRequest(url: address)
    request.cachePolicy = .reloadIgnoringLocalCacheData
    // The file is wanted as it is stored, not as a transport would unpack it.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    if beginning > 0 { request.setValue("bytes=\(beginning)-", forHTTPHeaderField: "Range") }
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = timeout
    let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
    let task = session.dataTask(with: request)
    task.resume()
    done.wait()
    let status = (task.response as? HTTPURLResponse)?.statusCode ?? 0
    session.finishTasksAndInvalidate()
    return state.withLock { ($0.end ?? .failed("no answer"), $0.resumed, status) }
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    completionHandler(accept(response) ? .allow : .cancel)
  }

  /// What an error of Foundation says about the file.
  private func problem(_ error: any Error) -> DatasetError {
    let error = error as NSError
    let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
    return .cannotWrite(
      path,
      reason: cause.domain == NSPOSIXErrorDomain
        ? FileBytes.reason(Int32(cause.code)) : cause.localizedDescription)
  }

  /// Prepares the file for the body that follows; false if there is nothing to follow.
  private func accept(_ response: URLResponse) -> Bool {
    guard let http = response as? HTTPURLResponse else { return true }
    return state.withLock { state in
      switch http.statusCode {
      case 206 where Self.firstByte(http) == state.received:
        state.resumed = state.received > 0
      case 200:
        do {
          if state.received > 0 { try state.file?.truncate(atOffset: 0) }
        } catch {
          state.end = .cannotWrite(problem(error))
          return false
        }
        state.received = 0
      case 206:
        state.end = .failed("HTTP 206 with another range than was asked for")
        return false
      default:
        state.end = .failed("HTTP \(http.statusCode)")
        return false
      }
      let length = http.expectedContentLength
      state.expected = length >= 0 ? state.received + Int(length) : nil
      return true
    }
  }

  /// The first byte of a partial answer: `Content-Range: bytes 100-199/200`.
  private static func firstByte(_ response: HTTPURLResponse) -> Int? {
    response.value(forHTTPHeaderField: "Content-Range")?
      .split(separator: " ").last?.split(separator: "-").first.flatMap { Int($0) }
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let report: (Int, Int?)? = state.withLock { state in
      guard state.end == nil else { return nil }
      do {
        try state.file?.write(contentsOf: data)
      } catch {
        state.end = .cannotWrite(problem(error))
        dataTask.cancel()
        return nil
      }
      state.received += data.count
      guard state.received - state.reported >= 1 << 18 || state.received == state.expected else {
        return nil
      }
      state.reported = state.received
      return (state.received, state.expected)
    }
    if let report { progress(report.0, report.1) }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    state.withLock { state in
      if state.end == nil {
        if let error {
          state.end = .failed(error.localizedDescription)
        } else if let expected = state.expected, state.received < expected {
          state.end = .failed("the connection ended after \(state.received) of \(expected) bytes")
        } else {
          state.end = .finished
        }
      }
      do {
        try state.file?.synchronize()
        try state.file?.close()
      } catch {
        if state.end == .finished { state.end = .cannotWrite(problem(error)) }
      }
      state.file = nil
    }
    done.signal()
  }
}
