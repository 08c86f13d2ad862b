# What is installed, and the Debian package of it: `cpack -G DEB` in the build directory. Needs no network.
include(GNUInstallDirs)

# Installing builds nothing: what is packaged is what was built and tested.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(SMTPSCOPE_PAGE_DIR "${CMAKE_SOURCE_DIR}/build/web" CACHE PATH "The built page, for installation")

set(deploy "${CMAKE_SOURCE_DIR}/relay/deploy")
install(TARGETS smtpscope RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(CODE "
  if(NOT EXISTS \"${SMTPSCOPE_PAGE_DIR}/index.html\")
    message(FATAL_ERROR \"${SMTPSCOPE_PAGE_DIR} holds no page: start ./relay/run once, which builds it, or name it with -DSMTPSCOPE_PAGE_DIR\")
  endif()")
install(DIRECTORY "${SMTPSCOPE_PAGE_DIR}/" DESTINATION "${CMAKE_INSTALL_DATADIR}/smtpscope")
install(FILES "${CMAKE_SOURCE_DIR}/README.md" "${CMAKE_SOURCE_DIR}/CHANGELOG.md" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(FILES "${CMAKE_SOURCE_DIR}/relay/README.md" DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME relay.md)
install(FILES "${deploy}/README.md" DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME deploy.md)
install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME copyright)
install(FILES "${deploy}/haproxy.cfg" "${deploy}/nginx.conf" DESTINATION "${CMAKE_INSTALL_DOCDIR}/examples")
install(FILES "${deploy}/smtpscope.toml" DESTINATION /etc/smtpscope)
install(FILES "${deploy}/smtpscope.service" DESTINATION /lib/systemd/system)

set(CPACK_GENERATOR DEB)
set(CPACK_SET_DESTDIR ON)  # for /etc and /lib
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_NAME smtpscope)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "shows every byte of an SMTP session and says what it means")
set(CPACK_PACKAGE_DESCRIPTION
  "Page, WebSocket tunnel to allowed mail servers and a test mailbox in one service,\n and a mail client for the command line that prints and records each step.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "smtpscope <smtpscope@localhost>")
set(CPACK_DEBIAN_PACKAGE_SECTION mail)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, init-system-helpers (>= 1.52)")
file(WRITE "${CMAKE_BINARY_DIR}/debian/conffiles" "/etc/smtpscope/smtpscope.toml\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${CMAKE_BINARY_DIR}/debian/conffiles"
  "${deploy}/debian/postinst" "${deploy}/debian/prerm" "${deploy}/debian/postrm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
