#include "base/secret.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace base {
namespace {

std::size_t whole_pages(std::size_t size) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  if (size > SIZE_MAX - page) throw std::bad_alloc();
  return (size + page - 1) / page * page;
}

}  // namespace

void wipe(std::span<std::uint8_t> memory) noexcept {
  if (!memory.empty()) explicit_bzero(memory.data(), memory.size());
}

void wipe(std::span<char> memory) noexcept {
  if (!memory.empty()) explicit_bzero(memory.data(), memory.size());
}

// Pages of its own: unlocking memory goes by whole pages and would unlock a neighbour on the heap as well.
Secret::Secret(std::size_t size) {
  if (size == 0) return;
  const std::size_t capacity = whole_pages(size);
  void* pages = mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  (void)mlock(pages, capacity);
  (void)madvise(pages, capacity, MADV_DONTDUMP);
  data_ = static_cast<std::uint8_t*>(pages);
  size_ = size;
  capacity_ = capacity;
}

Secret::Secret(ByteView bytes) : Secret(bytes.size()) {
  std::copy(bytes.begin(), bytes.end(), data_);
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
  }
  return *this;
}

Secret::~Secret() {
  release();
}

void Secret::shrink(std::size_t size) noexcept {
  if (size >= size_) return;
  wipe(writable().subspan(size));
  size_ = size;
}

void Secret::release() noexcept {
  if (data_ == nullptr) return;
  wipe(std::span(data_, capacity_));
  (void)munmap(data_, capacity_);
  data_ = nullptr;
  size_ = 0;
  capacity_ = 0;
}

}  // namespace base
