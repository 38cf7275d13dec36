// refused: edensync: request_sender needs run(operation&)
// refused: edensync: request_handler needs operator()(request_head) -> unique_ptr<responder>
#include "edensync/laws/request_handler.hpp"
#include "edensync/laws/request_sender.hpp"

// Both sides of a transport, given to the laws.
namespace {

struct sender {
#ifdef EDENSYNC_CORRECTED
  void run(edensync::operation&);
#else
  void run(edensync::operation);
#endif
};
struct senders {
  std::unique_ptr<sender> make(edensync::laws::wire::handler);
};

struct handler {
#ifdef EDENSYNC_CORRECTED
  std::unique_ptr<edensync::responder> operator()(const edensync::request_head&);
#else
  edensync::request_head operator()(const edensync::request_head&);
#endif
};
struct handlers {
  handler make();
};

void try_them(senders& s, handlers& h) {
  const auto nobody = [](std::string_view) {};
  edensync::laws::request_sender(s, nobody);
  edensync::laws::request_handler(h, nobody);
}

}  // namespace
