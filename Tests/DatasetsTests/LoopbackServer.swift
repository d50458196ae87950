// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import TestSupport

/// A web server on 127.0.0.1 that serves a folder: a Python process, ended with the value.
///
/// It logs every request with its Range. Behaviour: `honest` answers ranges, `ignoresRange`
/// always sends everything, `breaksOff` closes the connection after half of the body,
/// `silent` accepts and never answers.
final class LoopbackServer {
  enum Behaviour: String { case honest, ignoresRange, breaksOff, silent }

  private let process: ChildProcess
  private let log: String
  let address: String

  /// Starts a server; nil, said loudly, where there is no Python.
  init?(serving folder: String, _ behaviour: Behaviour = .honest) throws {
    log = folder + "-\(UUID().uuidString).log"
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    // The server ends when its input is closed, be it by a crash of the test. A signal would
    // not do: test threads block signals, and the child inherits that.
    let started = try? ChildProcess(
      ["python3", "-c", Self.script, folder, behaviour.rawValue, log], keepsErrors: false)
    let line = started?.nextOutput() ?? ""
    guard let started, let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      print("SKIPPED: the loopback downloads: python3 is not installed")
      return nil
    }
    process = started
    address = "http://127.0.0.1:\(port)/"
  }

  deinit {
    process.wait()
    try? FileManager.default.removeItem(atPath: log)
  }

  /// The requests so far, `PATH RANGE` each, `-` for no Range.
  var requests: [String] {
    let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init)
  }

  private static let script = """
    import http.server, os, re, sys, threading, time
    folder, behaviour, log = sys.argv[1:]
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *args): pass
        def do_GET(self):
            wanted = self.headers.get('Range')
            with open(log, 'a') as f: f.write(self.path + ' ' + (wanted or '-') + '\\n')
            if behaviour == 'silent':
                time.sleep(300); return
            path = os.path.join(folder, self.path.lstrip('/'))
            if not os.path.isfile(path):
                self.send_error(404); return
            data = open(path, 'rb').read()
            first, size = 0, len(data)
            match = re.fullmatch(r'bytes=(\\d+)-', wanted or '')
            if match and behaviour == 'honest':
                first = int(match[1])
                if first >= size:
                    self.send_response(416)
                    self.send_header('Content-Range', 'bytes */%d' % size)
                    self.send_header('Content-Length', '0')
                    self.end_headers(); return
                self.send_response(206)
                self.send_header('Content-Range', 'bytes %d-%d/%d' % (first, size - 1, size))
            else:
                self.send_response(200)
            body = data[first:]
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            if behaviour == 'breaksOff': body = body[:len(body) // 2]
            self.wfile.write(body)
    def watch():
        sys.stdin.read()
        os._exit(0)
    threading.Thread(target=watch, daemon=True).start()
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
    """
}
