// A server of a folder, for pages: served(folder) gives it when it listens.
const fs = require('fs');
const http = require('http');
const path = require('path');
exports.served = async folder => {
  const server = http.createServer((q, r) => {
    const f = path.join(folder, path.basename(q.url.split('?')[0]));
    if (!fs.existsSync(f)) {
      r.writeHead(404);
      return r.end();
    }
    r.setHeader('Content-Type', f.endsWith('.js') ? 'text/javascript' : 'text/html');
    fs.createReadStream(f).pipe(r);
  });
  await new Promise(r => server.listen(0, '127.0.0.1', r));
  return server;
};
