#pragma once

#include <cstddef>
#include <vector>

namespace newsmill {

// First in, first out; an empty one has no memory of its own, which counts
// where there are many.
template <typename T>
class Line {
 public:
  bool empty() const { return head_ == items_.size(); }
  size_t size() const { return items_.size() - head_; }
  const T& front() const { return items_[head_]; }
  void PushBack(T item) { items_.push_back(item); }

  void PushFront(T item) {
    if (head_ > 0) {
      items_[--head_] = item;
    } else {
      items_.insert(items_.begin(), item);
    }
  }

  T PopFront() {
    const T item = items_[head_++];
    if (empty()) {
      items_ = {};
      head_ = 0;
    } else if (head_ > kMostGap && head_ > items_.size() / 2) {
      items_.erase(items_.begin(), At(head_));
      head_ = 0;
    }
    return item;
  }

  // Takes all, in order.
  void MoveTo(std::vector<T>& all) {
    all.insert(all.end(), At(head_), items_.end());
    items_ = {};
    head_ = 0;
  }

 private:
  // Below that many taken ones, closing the gap is not worth it.
  static constexpr size_t kMostGap = 32;

  auto At(size_t index) {
    return items_.begin() + static_cast<std::ptrdiff_t>(index);
  }

  std::vector<T> items_;
  size_t head_ = 0;  // what stands before was taken
};

}  // namespace newsmill
