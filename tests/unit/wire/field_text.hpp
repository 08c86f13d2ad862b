#pragma once
// Fields as readable text, for comparing them in tests.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/wire/field.hpp"

namespace smtpscope::test {

// "name=octets" for each field, each level indented by one more space. Fails the test when a field
// lies outside its parent or the bytes, or is nested deeper than three levels.
inline std::vector<std::string> field_text(const std::vector<wire::field>& fields, std::string_view bytes) {
  std::vector<std::string> out;
  std::vector<std::size_t> depth;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const wire::field& f = fields[i];
    EXPECT_LE(f.begin, f.end) << f.name;
    EXPECT_LE(f.end, bytes.size()) << f.name;
    EXPECT_LT(f.parent, static_cast<int>(i)) << f.name;
    std::size_t level = 0;
    if (f.parent >= 0) {
      const auto up = static_cast<std::size_t>(f.parent);
      EXPECT_GE(f.begin, fields[up].begin) << f.name;
      EXPECT_LE(f.end, fields[up].end) << f.name;
      level = depth[up] + 1;
    }
    EXPECT_LT(level, 3U) << f.name;
    depth.push_back(level);
    out.push_back(std::string(level, ' ') + f.name + "=" + std::string(bytes.substr(f.begin, f.end - f.begin)));
  }
  return out;
}

}  // namespace smtpscope::test
