// The host's side of the wire, written for the tests from the format alone. It shares no line with the core: a mistake in
// the core's codec cannot hide behind the same mistake here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wire {

using Bytes = std::vector<uint8_t>;

inline Bytes from_hex(const std::string& hex) {
  Bytes bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) bytes.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

inline Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline uint8_t crc8(const Bytes& bytes) {
  unsigned crc = 0;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x80U) != 0 ? ((crc << 1U) ^ 0x9BU) & 0xFFU : (crc << 1U) & 0xFFU;
  }
  return static_cast<uint8_t>(crc);
}

inline uint16_t crc16(const Bytes& bytes) {
  unsigned crc = 0xFFFF;
  for (const uint8_t byte : bytes) {
    crc ^= static_cast<unsigned>(byte) << 8U;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000U) != 0 ? ((crc << 1U) ^ 0x1021U) & 0xFFFFU : (crc << 1U) & 0xFFFFU;
  }
  return static_cast<uint16_t>(crc);
}

inline Bytes little_endian(uint32_t value, int bytes) {
  Bytes out;
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<uint8_t>(value >> (8 * i)));
  return out;
}

inline Bytes frame(uint8_t id, Bytes payload) {
  const size_t none = payload.size();
  size_t first = none;
  size_t previous = none;
  for (size_t i = 0; i < payload.size(); ++i) {
    if (payload[i] != 0x7E) continue;
    if (previous == none) {
      first = i;
    } else {
      payload[previous] = static_cast<uint8_t>(i - previous);
    }
    payload[i] = 0;
    previous = i;
  }
  const auto overhead = static_cast<uint8_t>(first == none ? 0xFF : first);
  Bytes out{0x7E, id, overhead, static_cast<uint8_t>(payload.size())};
  out = out + payload;
  out.push_back(crc8(payload));
  out.push_back(0x81);
  return out;
}

// Appends the CRC16 of protocol v1 and frames it.
inline Bytes sealed(uint8_t id, const Bytes& body) { return frame(id, body + little_endian(crc16(Bytes{id} + body), 2)); }

struct Command {
  uint32_t session = 0;
  uint32_t host_id = 0;
  uint16_t sequence = 0;
  uint32_t echo_ms = 0;
  char jack = '-';
  char steer = '-';
  char horn = '-';
  char action = '-';
  uint8_t version = 1;
};

inline Bytes command(const Command& c) {
  return sealed(0x13, Bytes{c.version} + little_endian(c.session, 4) + little_endian(c.host_id, 4) + little_endian(c.sequence, 2) +
                          little_endian(c.echo_ms, 4) +
                          Bytes{static_cast<uint8_t>(c.jack), static_cast<uint8_t>(c.steer), static_cast<uint8_t>(c.horn),
                                static_cast<uint8_t>(c.action)});
}

inline Bytes hello(uint32_t host_id, uint16_t ticket = 1, uint8_t version = 1) {
  return sealed(0x46, Bytes{version} + little_endian(host_id, 4) + little_endian(ticket, 2));
}

inline Bytes letter(char which, uint32_t value) {
  return frame(0, Bytes{static_cast<uint8_t>(which)} + little_endian(value, 4));
}

struct Frame {
  uint8_t id = 0;
  Bytes payload;

  uint8_t u8(size_t at) const { return payload.at(at); }
  uint16_t u16(size_t at) const { return static_cast<uint16_t>(u8(at) | (u8(at + 1) << 8)); }
  uint32_t u32(size_t at) const { return u16(at) | (static_cast<uint32_t>(u16(at + 2)) << 16U); }
  bool sealed() const {
    const Bytes body(payload.begin(), payload.end() - 2);
    return crc16(Bytes{id} + body) == u16(payload.size() - 2);
  }
};

// Splits a stream that must be nothing but good frames; anything else is reported by `broken`.
inline std::vector<Frame> split(const Bytes& stream, bool& broken) {
  std::vector<Frame> frames;
  size_t at = 0;
  broken = false;
  while (at < stream.size()) {
    if (stream[at] != 0x7E || at + 4 > stream.size()) break;
    const size_t length = stream[at + 3];
    if (at + length + 6 > stream.size() || stream[at + length + 5] != 0x81) break;
    Frame found;
    found.id = stream[at + 1];
    found.payload = Bytes(stream.begin() + static_cast<long>(at) + 4, stream.begin() + static_cast<long>(at + 4 + length));
    if (crc8(found.payload) != stream[at + length + 4]) break;
    for (size_t i = stream[at + 2]; i != 0xFF && i < length;) {
      const size_t distance = found.payload[i];
      found.payload[i] = 0x7E;
      if (distance == 0) break;
      i += distance;
    }
    frames.push_back(found);
    at += length + 6;
  }
  broken = at != stream.size();
  return frames;
}

}  // namespace wire
