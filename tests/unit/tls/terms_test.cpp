#include "smtpscope/tls/terms.hpp"

#include <gtest/gtest.h>

namespace smtpscope::tls {
namespace {

TEST(TlsTerms, ReadTheirOwnNames) {
  for (int i = 0; i <= static_cast<int>(reason::broken); ++i)
    EXPECT_EQ(reason_named(name(static_cast<reason>(i))), static_cast<reason>(i));
  for (const direction d : {direction::client_to_server, direction::server_to_client})
    EXPECT_EQ(direction_named(name(d)), d);
  for (int i = 20; i <= 23; ++i)
    EXPECT_EQ(content_type_named(name(static_cast<content_type>(i))), static_cast<content_type>(i));
  EXPECT_FALSE(reason_named("").has_value());
  EXPECT_FALSE(direction_named("up").has_value());
  EXPECT_FALSE(content_type_named("unknown").has_value());
}

}  // namespace
}  // namespace smtpscope::tls
