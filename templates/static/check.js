// Makes a large photograph smaller on the phone before it is sent: a code is read from a tenth of the bytes as well, and
// people pay for every megabyte. Where a browser cannot do it, the photograph goes as it is.
(function () {
  "use strict";
  var LONGEST = 2600, LARGE = 1200000, QUALITY = 0.85;
  if (!window.DataTransfer || !window.createImageBitmap || !HTMLCanvasElement.prototype.toBlob) return;

  function shrink(input) {
    var file = input.files[0];
    if (!file || file.size < LARGE || file.type.indexOf("image/") !== 0) return;
    createImageBitmap(file).then(function (picture) {
      var scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(function (blob) {
        if (!blob || blob.size >= file.size || input.files[0] !== file) return;
        var smaller = new DataTransfer();
        smaller.items.add(new File([blob], "card.jpg", { type: "image/jpeg" }));
        input.files = smaller.files;
      }, "image/jpeg", QUALITY);
    }).catch(function () {});
  }

  ["file", "photo"].forEach(function (id) {
    var input = document.getElementById(id);
    input.addEventListener("change", function () { shrink(input); });
  });
})();
