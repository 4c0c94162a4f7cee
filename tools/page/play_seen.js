// play_seen.js: what is seen, as a video and on the whole screen.

// ---- the whole screen, for a class: no letter of the page or of a picture is smaller than 24 px ----

const SCALE = 2.2; // letters of pictures grow by it
const isLarge = () => document.documentElement.classList.contains('large');
function large(on) {
  document.documentElement.classList.toggle('large', on);
  $('large').setAttribute('aria-pressed', on);
  const change = on
    ? document.documentElement.requestFullscreen && document.documentElement.requestFullscreen()
    : document.fullscreenElement && document.exitFullscreen();
  if (change) change.catch(() => {}); // a page in a page may not: large letters are left
  update();
}
// As large as fits, but no letter too small: a picture that is larger than its place can be scrolled.
function enlarge(svg) {
  const [w, h] = ['width', 'height'].map(k => +svg.getAttribute(k));
  const fits = Math.min(($('view').clientWidth - 20) / w, ($('view').clientHeight - 130) / h);
  svg.style.width = w * Math.max(SCALE, Math.min(fits, 3)) + 'px';
}
$('large').onclick = () => large(!isLarge());
document.addEventListener('fullscreenchange', () => {
  if (!document.fullscreenElement && isLarge()) large(false);
});

// ---- video: the pictures of the tab, ten a second, until the button is clicked again ----

let recorder = null;
const imageOf = async svg => {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([onPaper(svg)], {type: 'image/svg+xml'}));
  try {
    await image.decode();
  } finally { URL.revokeObjectURL(image.src); }
  return image;
};
// The pictures below each other or side by side, as large as they fit.
async function paintFrame(canvas) {
  const images = await Promise.all(svgs.map(imageOf)), c = canvas.getContext('2d');
  c.fillStyle = '#fff';
  c.fillRect(0, 0, canvas.width, canvas.height);
  const wide = canvas.width / Math.min(2, images.length), high = canvas.height / Math.ceil(images.length / 2);
  images.forEach((image, i) => {
    const full = i == images.length - 1 && images.length % 2 && i; // the last of three has a row
    const room = full ? canvas.width : wide, s = Math.min(room / image.width, high / image.height);
    const x = (full ? 0 : i % 2 * wide) + (room - s * image.width) / 2;
    c.drawImage(
      image, x, Math.floor(i / 2) * high + (high - s * image.height) / 2, s * image.width, s * image.height);
  });
}
async function record() {
  const canvas = make('canvas', {width: 1280, height: 720}), parts = [];
  await paintFrame(canvas);
  const type =
    ['video/webm;codecs=vp9', 'video/webm', 'video/mp4'].find(t => MediaRecorder.isTypeSupported(t));
  const mine = recorder =
    new MediaRecorder(canvas.captureStream(10), {mimeType: type, videoBitsPerSecond: 4e6});
  mine.ondataavailable = e => parts.push(e.data);
  mine.onstop = () => {
    save(fileName() + (/mp4/.test(type) ? '.mp4' : '.webm'), new Blob(parts, {type}), type);
    recorder = null;
    sayRecording();
  };
  mine.start();
  sayRecording();
  while (mine.state == 'recording') {
    await paintFrame(canvas).catch(() => {}); // a picture that is being exchanged
    await new Promise(r => setTimeout(r, 100));
  }
}
function sayRecording() {
  $('film').textContent = recorder ? '■ End the video' : 'Video of what moves';
  $('ending').hidden = !recorder;
}
function endRecording() {
  if (recorder && recorder.state == 'recording') recorder.stop();
}
$('film').onclick = () => {
  $('save').open = false;
  if (recorder) endRecording();
  else record();
};
$('ending').onclick = endRecording;
$('film').disabled = !window.MediaRecorder;
sayRecording();
