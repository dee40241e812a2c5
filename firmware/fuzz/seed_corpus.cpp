// Writes the golden frames as the corpora to start from: bare for the decoder, as scripts for the protocol.
#include <cstdio>
#include <string>

#include "../tests/golden.h"
#include "../tests/wire.h"

namespace {

bool save(const std::string& path, const wire::Bytes& bytes) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  const bool whole = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  return std::fclose(file) == 0 && whole;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: seed_corpus DECODER_FOLDER PROTOCOL_FOLDER\n", stderr);
    return 2;
  }
  bool ok = true;
  for (const Golden& golden : kGolden) {
    const wire::Bytes frame = wire::from_hex(golden.frame);
    ok = save(std::string(argv[1]) + "/" + golden.name, frame) && ok;
    wire::Bytes script{0x1F, 0, 1};
    for (size_t at = 0; at < frame.size(); at += 63) {
      const size_t count = frame.size() - at < 63 ? frame.size() - at : 63;
      script.push_back(0);
      script.push_back(static_cast<uint8_t>(count));
      script.insert(script.end(), frame.begin() + static_cast<long>(at), frame.begin() + static_cast<long>(at + count));
    }
    ok = save(std::string(argv[2]) + "/" + golden.name, script) && ok;
  }
  // A whole ride: hello, stop, rest, lift, lower, steer, e-stop, closed, clear, lift, cable out.
  ok = save(std::string(argv[2]) + "/ride",
            {0x1F, 0, 1, 2, 1, 1, 0,  7, 120, 1, 1, 7, 40, 1, 2, 7,  120, 1, 2,   7, 40, 1, 4,
             7,    20, 4, 16, 4, 0, 7, 30, 1,  0, 1, 32, 7, 120, 1, 1, 7,  10, 5, 0,  5, 1}) && ok;
  ok = save(std::string(argv[2]) + "/letters", {0x10, 0, 1, 7, 150, 3, 0, 3, 16, 7, 100, 3, 16, 7, 200, 3, 2, 3, 18, 7, 250, 3, 18}) && ok;
  return ok ? 0 : 1;
}
