// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Another program, started by its name, with a pipe to its input and one from its output.
///
/// Foundation's `Process` is not used: on Linux its `waitUntilExit` sometimes sleeps for ever when
/// the program ends at once, and the tests with it.
public final class ChildProcess {
  /// The program could not be started; the number is the system's.
  public struct CannotStart: Error { let code: Int32 }

  private let id: pid_t
  private var input: Int32
  private var output: Int32
  private var status: Int32?

  /// One start at a time: a pipe made by one start must not be inherited by another's program,
  /// whose life would then hold it open.
  private static let starting = Mutex(())

  /// Starts `arguments[0]`, found on the path. Its standard error joins its output, or is dropped.
  public init(_ arguments: [String], keepsErrors: Bool = true) throws {
    let started = try Self.starting.withLock { _ in try Self.start(arguments, keepsErrors) }
    (id, input, output) = (started.id, started.input, started.output)
  }

  private static func start(
    _ arguments: [String], _ keepsErrors: Bool
  ) throws -> (id: pid_t, input: Int32, output: Int32) {
    let (toChild, fromChild) = (try makePipe(), try makePipe())
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, toChild[0], 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1)
    if keepsErrors {
      unsafe posix_spawn_file_actions_adddup2(&actions, fromChild[1], 2)
    } else {
      unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    }
    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var id: pid_t = 0
    let code = unsafe posix_spawnp(&id, arguments[0], &actions, nil, &words, environ)
    close(toChild[0])
    close(fromChild[1])
    guard code == 0 else {
      close(toChild[1])
      close(fromChild[0])
      throw CannotStart(code: code)
    }
    return (id, toChild[1], fromChild[0])
  }

  /// The reading and the writing end of a pipe, which programs started later do not get.
  private static func makePipe() throws -> [Int32] {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { throw CannotStart(code: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return ends
  }

  deinit { _ = wait() }

  /// What the program has written by the next time that it writes; empty when it has ended.
  public func nextOutput() -> String {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    var count = unsafe read(output, &bytes, bytes.count)
    while count < 0, errno == EINTR { count = unsafe read(output, &bytes, bytes.count) }
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  /// Everything that the program still writes, until it ends.
  public func remainingOutput() -> String {
    var text = ""
    while true {
      let more = nextOutput()
      if more.isEmpty { return text }
      text += more
    }
  }

  /// Ends the program's input, waits for its end, and returns its exit code, or minus the number of
  /// the signal that ended it. Waiting twice is allowed.
  @discardableResult
  public func wait() -> Int32 {
    (input, output) = (Self.closed(input), Self.closed(output))
    if let status { return status }
    var code: Int32 = 0
    while unsafe waitpid(id, &code, 0) < 0, errno == EINTR {}
    let ended = code & 0x7f == 0 ? (code >> 8) & 0xff : -(code & 0x7f)
    status = ended
    return ended
  }

  private static func closed(_ descriptor: Int32) -> Int32 {
    if descriptor >= 0 { close(descriptor) }
    return -1
  }
}
