#pragma once
// The built page, read into memory once. Only what was found then can be asked for, so no path
// leads anywhere else.

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "relay/web/reply.hpp"
#include "smtpscope/base/result.hpp"

namespace smtpscope::web {

class site {
 public:
  // A site without files: every path is unknown, "/" says how to build the page.
  site() = default;
  // All files of a directory and those below it, but hidden ones and symbolic links; x.gz beside x
  // is x compressed. Error: invalid_argument with the file and the system's reason.
  [[nodiscard]] static result<site> load(const std::filesystem::path& directory);

  // `path` is decoded and begins with "/".
  [[nodiscard]] reply answer(std::string_view path, const request& asked) const;
  [[nodiscard]] bool empty() const noexcept { return files_.empty(); }

 private:
  struct file {
    std::string type;
    std::string tag;  // without quotes
    std::shared_ptr<const std::string> content;
    std::shared_ptr<const std::string> gzip;  // null: not compressed
    std::string_view caching;
  };
  std::map<std::string, file, std::less<>> files_;
};

}  // namespace smtpscope::web
