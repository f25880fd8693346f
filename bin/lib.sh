# Sourced by the scripts beside it: goes to the checkout's root and puts a Node of the right age first in PATH.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
node_major=26
use_node() {
  if [ -x .node/bin/node ]; then PATH="$PWD/.node/bin:$PATH"; fi
  export PATH
}
# All that is needed, and the Node that it may just have brought.
set_up() {
  bin/setup
  use_node
}
# TypeScript that was made JavaScript once need not be made so again.
keep_compiled() {
  export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE-$PWD/node_modules/.cache/signalbox}"
}
node_is_recent() {
  command -v node >/dev/null && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge "$node_major" ]
}
use_node
