// Records that are on the log, and readers of former releases, must stay
// readable: fields and enum values are only ever added. proto/former/
// newsmill.desc holds the descriptors of the last release; a release replaces
// it by the build's newsmill.desc.

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptorSet;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

FileDescriptorSet Read(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  FileDescriptorSet set;
  EXPECT_TRUE(set.ParseFromIstream(&in)) << file;
  return set;
}

void Build(const FileDescriptorSet& set, DescriptorPool* pool) {
  for (const auto& file : set.file()) {
    ASSERT_NE(pool->BuildFile(file), nullptr) << file.name();
  }
}

std::string KindOf(const FieldDescriptor& field) {
  std::string kind = field.type_name();
  if (field.message_type() != nullptr)
    kind += field.message_type()->full_name();
  if (field.enum_type() != nullptr) kind += field.enum_type()->full_name();
  if (field.is_repeated()) kind = "repeated " + kind;
  return kind + (field.has_presence() ? " with presence" : "");
}

void CompareEnum(const EnumDescriptor& former, const DescriptorPool& now,
                 std::vector<std::string>* broken) {
  const EnumDescriptor* present = now.FindEnumTypeByName(former.full_name());
  if (present == nullptr)
    return broken->push_back(former.full_name() + " is gone");
  for (int i = 0; i < former.value_count(); ++i) {
    const auto& value = *former.value(i);
    const auto* same = present->FindValueByNumber(value.number());
    if (same == nullptr || same->name() != value.name()) {
      broken->push_back(value.full_name() + " is not what it was");
    }
  }
}

void CompareMessage(const Descriptor& former, const DescriptorPool& now,
                    std::vector<std::string>* broken) {
  const Descriptor* present = now.FindMessageTypeByName(former.full_name());
  if (present == nullptr)
    return broken->push_back(former.full_name() + " is gone");
  for (int i = 0; i < former.field_count(); ++i) {
    const FieldDescriptor& field = *former.field(i);
    const FieldDescriptor* same = present->FindFieldByNumber(field.number());
    if (same == nullptr) {
      broken->push_back(field.full_name() + " is gone");
    } else if (same->name() != field.name()) {
      broken->push_back(field.full_name() + " is called " + same->name());
    } else if (KindOf(*same) != KindOf(field)) {
      broken->push_back(field.full_name() + " was " + KindOf(field) +
                        " and is " + KindOf(*same));
    }
  }
  for (int i = 0; i < former.nested_type_count(); ++i) {
    CompareMessage(*former.nested_type(i), now, broken);
  }
  for (int i = 0; i < former.enum_type_count(); ++i) {
    CompareEnum(*former.enum_type(i), now, broken);
  }
}

// What a reader of `former` would stumble on.
std::vector<std::string> Broken(const FileDescriptorSet& former,
                                const FileDescriptorSet& present) {
  DescriptorPool then, now;
  Build(former, &then);
  Build(present, &now);
  std::vector<std::string> broken;
  for (const auto& file : former.file()) {
    if (!file.package().starts_with("newsmill.")) continue;
    const auto* described = then.FindFileByName(file.name());
    for (int i = 0; i < described->message_type_count(); ++i) {
      CompareMessage(*described->message_type(i), now, &broken);
    }
    for (int i = 0; i < described->enum_type_count(); ++i) {
      CompareEnum(*described->enum_type(i), now, &broken);
    }
  }
  return broken;
}

FileDescriptorSet Former() {
  return Read(NEWSMILL_SOURCE_DIR "/proto/former/newsmill.desc");
}

google::protobuf::DescriptorProto* MessageOf(FileDescriptorSet* set,
                                             const std::string& name) {
  for (auto& file : *set->mutable_file()) {
    for (auto& message : *file.mutable_message_type()) {
      if (message.name() == name) return &message;
    }
  }
  return nullptr;
}

TEST(Evolution, FieldsAndValuesOfTheFormerReleaseAreWhatTheyWere) {
  EXPECT_THAT(Broken(Former(), Read(NEWSMILL_DESCRIPTORS)), IsEmpty());
}

TEST(Evolution, AFieldThatIsTakenAwayIsFound) {
  FileDescriptorSet changed = Former();
  MessageOf(&changed, "Outcome")->mutable_field()->DeleteSubrange(0, 1);
  EXPECT_THAT(Broken(Former(), changed), Contains(HasSubstr("is gone")));
}

TEST(Evolution, AFieldOfAnotherTypeIsFound) {
  FileDescriptorSet changed = Former();
  auto& field = *MessageOf(&changed, "Person")->mutable_field(0);
  field.set_type(google::protobuf::FieldDescriptorProto::TYPE_INT64);
  EXPECT_THAT(Broken(Former(), changed), Contains(HasSubstr("and is int64")));
}

TEST(Evolution, AFieldThatIsAddedIsNoFault) {
  FileDescriptorSet changed = Former();
  auto& field = *MessageOf(&changed, "Person")->add_field();
  field.set_name("honorific");
  field.set_number(99);
  field.set_type(google::protobuf::FieldDescriptorProto::TYPE_STRING);
  field.set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
  EXPECT_THAT(Broken(Former(), changed), IsEmpty());
}

}  // namespace
}  // namespace newsmill
