// The engine for a page: WENGERT.engine() starts one, in a worker of its own. docs/playground.md says how to use it.
// All engines of a page share what is compiled once.
WENGERT.engine = (() => {
  const BIG = 1 << 27; // bytes; an engine with more memory is started anew, since memory never shrinks
  let module, source;
  const now = () => performance.now(), times = WENGERT.times = {};

  async function compile() {
    const start = now();
    const bytes = Uint8Array.fromBase64 ? Uint8Array.fromBase64(WENGERT.wasm)
                                        : Uint8Array.from(atob(WENGERT.wasm), c => c.charCodeAt(0));
    const zipped = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    const wasm = await WebAssembly.compile(await new Response(zipped).arrayBuffer());
    times.compiled = now() - start;
    return wasm;
  }

  return function() {
    let worker;
    let ready;
    let next = 1;
    let starts = 0;
    let paused = 0;
    let waiting = new Map();
    let giveUp = () => {};

    async function begin() {
      module = module || compile();
      source = source ||
        URL.createObjectURL(new Blob(
          ['const WG=(' + WENGERT.loader + ')();(' + WENGERT.worker + ')()'], {type: 'text/javascript'}));
      const start = now(), turn = ++starts, compiled = await module;
      if (turn != starts) return; // it was stopped meanwhile
      const mine = worker = new Worker(source);
      await new Promise((good, bad) => {
        giveUp = good;
        mine.onerror = e => bad(new Error(e.message));
        mine.onmessage = e => {
          const said = e.data, q = waiting.get(said.id);
          if (mine !== worker) return;
          if (said.ready !== undefined) {
            times.instance = said.ready;
            times.ready = now() - start;
            return good();
          }
          if (said.id === undefined) return bad(new Error(said.dead));
          if (!q) return;
          if (!said.done) return q.each && q.each(said);
          waiting.delete(said.id);
          clearTimeout(q.clock);
          if (said.dead || said.heap > BIG) restart();
          q.good(said);
        };
        mine.postMessage({module: compiled});
      });
    }
    // Ends what runs, which gets {stopped: true}. The files are gone.
    function restart() {
      const ended = waiting;
      if (worker) worker.terminate();
      worker = null;
      waiting = new Map();
      ended.forEach(q => {
        clearTimeout(q.clock);
        q.good({runs: [], files: {}, stopped: true});
      });
      giveUp();
      return ready = begin();
    }
    ready = begin();
    return {
      get ready() { return ready; },
      get busy() { return waiting.size > 0; },
      stop: restart,
      pause() {
        paused = next - 1;
        if (worker) worker.postMessage({pause: paused});
      },
      // each: called with what comes before the end. seconds: what takes longer is stopped.
      run(q, each, seconds) {
        const id = next++;
        return new Promise((good, bad) => {
          const mine = {good, each}, all = waiting;
          all.set(id, mine);
          const go = () => {
            if (all !== waiting) return; // it was stopped before it began
            const from = ready;
            from.then(() => {
              if (from !== ready) return go();
              if (!all.has(id)) return;
              if (seconds)
                mine.clock = setTimeout(() => {
                  if (waiting.has(id)) restart();
                }, 1000 * seconds);
              worker.postMessage(Object.assign({id}, q));
              if (paused >= id) worker.postMessage({pause: paused});
            }, bad);
          };
          go();
        });
      }
    };
  };
})();
