// The engine for a page: WENGERT.engine() starts one, in a worker of its own. docs/playground.md says how to
// use it. All engines of a page share what is compiled once.
{
  const BIG = 1 << 27; // bytes; an engine with more memory is started anew, since memory never shrinks
  const times = WENGERT.times = {};
  const now = () => performance.now();
  let module, source;

  const bytesOf = text =>
    Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), c => c.charCodeAt(0));
  // The module of the parts that WENGERT.wasm has.
  WENGERT.join = parts => {
    const joiner = new WebAssembly.Instance(new WebAssembly.Module(bytesOf(WENGERT.joiner))).exports;
    const size = new Uint32Array(parts.buffer, parts.byteOffset, 1)[0], from = joiner.row(),
          to = from + parts.length;
    joiner.memory.grow(to + size >> 16);
    new Uint8Array(joiner.memory.buffer).set(parts, from);
    joiner.join(to);
    return new Uint8Array(joiner.memory.buffer, to, size);
  };
  const compile = async () => {
    const start = now(), zip = new DecompressionStream('gzip'), writer = zip.writable.getWriter();
    writer.write(bytesOf(WENGERT.wasm)); // through a Blob it takes 20 ms more
    writer.close();
    const parts = new Uint8Array(await new Response(zip.readable).arrayBuffer());
    const wasm = await WebAssembly.compile(WENGERT.join(parts));
    times.compiled = now() - start;
    return wasm;
  };
  const script = () => 'const WG=(' + WENGERT.loader + ')();(' + WENGERT.worker + ')()';

  class Engine {
    #worker = null;
    #next = 1;
    #starts = 0;
    #paused = 0;
    #waiting = new Map();
    #giveUp = () => {};

    constructor() { this.ready = this.#begin(); }
    get busy() { return this.#waiting.size > 0; }

    async #begin() {
      source = source || URL.createObjectURL(new Blob([script()], {type: 'text/javascript'}));
      const start = now(), turn = ++this.#starts, worker = this.#worker = new Worker(source);
      module = module || compile(); // while the worker reads its script
      const begun = new Promise((good, bad) => {
        this.#giveUp = good;
        worker.onerror = e => bad(new Error(e.message));
        worker.onmessage = e => {
          const said = e.data;
          if (worker !== this.#worker) return;
          if (said.ready !== undefined) {
            times.instance = said.ready;
            times.ready = now() - start;
            good();
          } else if (said.id === undefined) bad(new Error(said.dead));
          else this.#answer(said);
        };
      });
      const given = module.then(compiled => {
        if (turn == this.#starts) worker.postMessage({module: compiled}); // else it was stopped meanwhile
      });
      await Promise.all([begun, given]);
    }
    #answer(said) {
      const q = this.#waiting.get(said.id);
      if (!q) return;
      if (!said.done) {
        if (q.each) q.each(said);
        return;
      }
      this.#waiting.delete(said.id);
      clearTimeout(q.clock);
      if (said.dead || said.heap > BIG) this.stop();
      q.good(said);
    }
    // Ends what runs, which gets {stopped: true}. The files are gone.
    stop() {
      const ended = this.#waiting;
      if (this.#worker) this.#worker.terminate();
      this.#worker = null;
      this.#waiting = new Map();
      ended.forEach(q => {
        clearTimeout(q.clock);
        q.good({runs: [], files: {}, stopped: true});
      });
      this.#giveUp();
      return this.ready = this.#begin();
    }
    pause() {
      this.#paused = this.#next - 1;
      if (this.#worker) this.#worker.postMessage({pause: this.#paused});
    }
    // each: called with what comes before the end. seconds: what takes longer is stopped.
    run(q, each, seconds) {
      const id = this.#next++;
      return new Promise((good, bad) => {
        const mine = {good, each}, all = this.#waiting;
        all.set(id, mine);
        const go = () => {
          if (all !== this.#waiting) return; // it was stopped before it began
          const from = this.ready;
          from.then(() => {
            if (from !== this.ready) return go();
            if (all.has(id)) this.#send(id, q, mine, seconds);
          }, bad);
        };
        go();
      });
    }
    #send(id, q, mine, seconds) {
      const late = () => this.#waiting.has(id) && this.stop();
      if (seconds) mine.clock = setTimeout(late, 1000 * seconds);
      this.#worker.postMessage(Object.assign({id}, q));
      if (this.#paused >= id) this.#worker.postMessage({pause: this.#paused});
    }
  }
  WENGERT.engine = () => new Engine();
}
