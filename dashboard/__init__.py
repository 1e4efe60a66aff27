"""supervox: label a 3D volume by drawing over superpixels in the browser."""
