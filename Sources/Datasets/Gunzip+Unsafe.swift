// SPDX-License-Identifier: GPL-3.0-or-later

internal import CZlib

/// A gzip stream in memory, inflated piece by piece into buffers of exact size.
///
/// zlib checks the CRC-32 and the length at the end of the stream; `finish` asks for that end.
@safe struct Gunzip: ~Copyable {
  /// Whether bytes start like a gzip stream.
  static func isGzip(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
  }

  /// Why a stream cannot go on.
  enum Failure: Error, Equatable {
    /// The compressed bytes end before the stream does, after `count` bytes of content.
    case endOfInput(count: Int)
    /// The stream ends, after `count` bytes of content.
    case endOfStream(count: Int)
    /// The stream goes on where it should end.
    case longer
    /// zlib's reason.
    case damaged(String)
  }

  private let input: [UInt8]
  private var position = 0
  private var produced = 0
  private var ended = false
  /// On the heap, because zlib remembers the address of the stream.
  private let stream: UnsafeMutablePointer<z_stream>

  /// A stream at its start.
  init(_ input: [UInt8]) {
    self.input = input
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    guard unsafe czlib_inflate_init_gzip(stream) == Z_OK else { fatalError("no memory for zlib") }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// The next `count` bytes of content.
  mutating func next(_ count: Int) throws(Failure) -> [UInt8] {
    var failure: Failure?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      unsafe buffer.adviseLargePages()
      do throws(Failure) {
        while filled < count {
          if ended { throw .endOfStream(count: produced) }
          let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
          filled += try unsafe inflateOnce(into: rest)
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Reads the end of the stream, which must come now and be the end of the input.
  mutating func finish() throws(Failure) {
    var probe: [UInt8] = [0]
    while !ended {
      let count = try Self.inflateProbe(&self, &probe)
      if count > 0 { throw .longer }
    }
    if position < input.count { throw .longer }
  }

  private static func inflateProbe(
    _ stream: inout Gunzip, _ probe: inout [UInt8]
  ) throws(Failure) -> Int {
    var result: Result<Int, Failure> = .success(0)
    unsafe probe.withUnsafeMutableBufferPointer { buffer in
      do throws(Failure) {
        result = .success(try unsafe stream.inflateOnce(into: buffer))
      } catch {
        result = .failure(error)
      }
    }
    return try result.get()
  }

  /// One call of zlib; returns the number of bytes it wrote.
  private mutating func inflateOnce(
    into buffer: UnsafeMutableBufferPointer<UInt8>
  ) throws(Failure) -> Int {
    let offered = min(input.count - position, 1 << 30)
    let room = min(buffer.count, 1 << 30)
    let first = position
    let handle = unsafe stream
    let status = unsafe input.withUnsafeBufferPointer { input in
      // zlib's next_in is not const in every version; it does not write there.
      unsafe handle.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress! + first)
      unsafe handle.pointee.avail_in = uInt(offered)
      unsafe handle.pointee.next_out = buffer.baseAddress
      unsafe handle.pointee.avail_out = uInt(room)
      return unsafe inflate(handle, Z_NO_FLUSH)
    }
    position += offered - Int(unsafe handle.pointee.avail_in)
    let written = room - Int(unsafe handle.pointee.avail_out)
    produced += written
    switch status {
    case Z_STREAM_END:
      ended = true
    case Z_OK where position < input.count || written > 0:
      break
    case Z_OK, Z_BUF_ERROR:
      throw .endOfInput(count: produced)
    default:
      let message = unsafe handle.pointee.msg
      throw .damaged(unsafe message.map { unsafe String(cString: $0) } ?? "error \(status)")
    }
    return written
  }
}
