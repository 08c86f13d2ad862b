#pragma once
// The page's JSON (smtpscope-core.d.ts) as the core's types. A wrong member is an error that names it.

#include <cstdint>
#include <string>

#include "members.hpp"
#include "smtpscope/base/json.hpp"
#include "smtpscope/base/result.hpp"
#include "smtpscope/mime/composer.hpp"
#include "smtpscope/session/client_session.hpp"
#include "smtpscope/sim/whole_session.hpp"

namespace smtpscope::api {

// Finds a blob by its handle; nullptr when there is none.
struct blob_lookup {
  void* in;
  std::string* (*find)(void* in, std::uint32_t handle);
};

// Where a client connects, for its trace.
struct target {
  std::string host;
  int port = 0;
};

struct client_setup {
  session::client_options options;
  session::submission mail;
  target to;
};

// Errors of all three: invalid_argument (missing or wrong member, unknown blob), and those of the
// types that are made. A live client's message is moved out of its blob, which is empty afterwards.
[[nodiscard]] result<mime::draft> read_draft(const json& value, const blob_lookup& blobs);
[[nodiscard]] result<client_setup> read_client_setup(const json& value, const blob_lookup& blobs);
[[nodiscard]] result<sim::setup> read_simulation_setup(const json& value, const blob_lookup& blobs);

// What {"binding": {"exporter"?, "serverEndPoint"?}} holds, both base64; what is wrong is noted in `m`.
[[nodiscard]] sasl::channel_binding read_binding(members& m);

// What the page decides about a command that waits: {"choice", "text"?, "raw"?}; what is wrong is noted in `m`.
[[nodiscard]] session::manual_answer read_manual_answer(members& m);

}  // namespace smtpscope::api
