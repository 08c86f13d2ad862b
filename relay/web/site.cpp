#include "relay/web/site.hpp"

#include <array>
#include <system_error>

#include <openssl/sha.h>

#include "relay/base/durable_file.hpp"
#include "relay/web/http_text.hpp"

namespace smtpscope::web {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_octets_of_a_file = std::size_t{64} << 20;

struct media_type {
  std::string_view extension;
  std::string_view type;
};

constexpr media_type media_types[] = {
    {".css", "text/css; charset=utf-8"},
    {".eml", "message/rfc822"},
    {".gif", "image/gif"},
    {".html", "text/html; charset=utf-8"},
    {".ico", "image/x-icon"},
    {".jpeg", "image/jpeg"},
    {".jpg", "image/jpeg"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".jsonl", "application/jsonl"},
    {".map", "application/json"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".pem", "application/x-pem-file"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain; charset=utf-8"},
    {".wasm", "application/wasm"},
    {".webmanifest", "application/manifest+json"},
    {".webp", "image/webp"},
    {".woff2", "font/woff2"},
};

std::string type_of(const fs::path& file) {
  for (const media_type& m : media_types)
    if (file.extension() == m.extension) return std::string(m.type);
  return "application/octet-stream";
}

std::string tag_of(const std::string& content) {
  constexpr std::size_t octets_of_tag = 12;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest.data());
  constexpr std::string_view digits = "0123456789abcdef";
  std::string tag;
  for (std::size_t i = 0; i < octets_of_tag; ++i) {
    tag += digits[digest[i] >> 4];
    tag += digits[digest[i] & 0xf];
  }
  return tag;
}

// Vite puts a hash of the content into the names of what it builds: such a file never changes.
std::string_view caching_of(std::string_view path) {
  return path.rfind("/assets/", 0) == 0 ? "public, max-age=31536000, immutable" : "no-cache";
}

}  // namespace

result<site> site::load(const fs::path& directory) {
  site loaded;
  std::error_code ec;
  fs::recursive_directory_iterator walk(directory, ec);
  if (ec) return error{errc::invalid_argument, directory.string() + ": " + ec.message()};
  std::map<std::string, std::shared_ptr<const std::string>> compressed;
  for (const auto end = fs::recursive_directory_iterator(); walk != end; walk.increment(ec)) {
    const fs::path& found = walk->path();
    if (found.filename().string().front() == '.') {
      if (walk->is_directory(ec)) walk.disable_recursion_pending();
      continue;
    }
    if (walk->is_symlink(ec) || !walk->is_regular_file(ec)) continue;
    io_result<std::string> content = read_file(found, most_octets_of_a_file);
    if (!content) return error{errc::invalid_argument, found.string() + ": " + content.error().message()};
    std::string path = "/" + found.lexically_relative(directory).generic_string();
    auto shared = std::make_shared<const std::string>(std::move(*content));
    if (found.extension() == ".gz") {
      compressed[path.substr(0, path.size() - 3)] = std::move(shared);
      continue;
    }
    const std::string_view caching = caching_of(path);
    loaded.files_[std::move(path)] = {type_of(found), tag_of(*shared), shared, nullptr, caching};
  }
  if (ec) return error{errc::invalid_argument, directory.string() + ": " + ec.message()};
  for (auto& [path, content] : compressed)
    if (const auto plain = loaded.files_.find(path); plain != loaded.files_.end())
      plain->second.gzip = std::move(content);
  if (!loaded.files_.contains("/index.html"))
    return error{errc::invalid_argument, directory.string() + ": there is no index.html in it"};
  return loaded;
}

reply site::answer(std::string_view path, const request& asked) const {
  if (files_.empty() && path == "/")
    return text_reply(http::status::service_unavailable,
                      "The page is not built yet. Build it with ./relay/run, then start again.\n");
  std::string name(path);
  if (name.back() == '/') name += "index.html";
  const auto found = files_.find(name);
  if (found == files_.end())
    return text_reply(http::status::not_found, "There is nothing at this address. The page is at /\n");
  const file& f = found->second;
  const bool gzip = f.gzip && accepts_gzip(asked[http::field::accept_encoding]);
  const std::string tag = '"' + f.tag + (gzip ? "-gz\"" : "\"");
  reply r;
  r.type = f.type;
  r.headers = {{http::field::etag, tag}, {http::field::cache_control, std::string(f.caching)}};
  if (f.gzip) r.headers.emplace_back(http::field::vary, "Accept-Encoding");
  if (names_tag(asked[http::field::if_none_match], tag)) {
    r.status = http::status::not_modified;
    return r;
  }
  if (gzip) r.headers.emplace_back(http::field::content_encoding, "gzip");
  r.body = gzip ? f.gzip : f.content;
  return r;
}

}  // namespace smtpscope::web
