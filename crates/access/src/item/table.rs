//! The table of items. A row states an item's name in the tables of outside truth, the process that reaches it in the
//! United States, its kind of data in the United Kingdom, and its wording in an answer.

use pillarbox_wire::inventory::Class;
use serde::{Deserialize, Serialize};

use super::reach::Reach;

macro_rules! items {
    ($($item:ident $word:literal, $reach:ident, $class:ident, $plain:literal;)+) => {
        /// One class of data that a demand can return.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Item {
            $(#[doc = $plain] $item,)+
        }

        impl Item {
            /// Every item, in the order of the tables.
            pub const ALL: &[Self] = &[$(Self::$item),+];

            /// Returns the item's name in the tables of outside truth.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$item => $word),+ }
            }

            /// Returns the item's wording in an answer.
            #[must_use]
            pub const fn wording(self) -> &'static str {
                match self { $(Self::$item => $plain),+ }
            }

            /// Returns the process that reaches the item in the United States. This is the law's rule, and an
            /// operator's practice may differ.
            #[must_use]
            pub const fn reach(self) -> Reach {
                match self { $(Self::$item => Reach::$reach),+ }
            }

            /// Returns the item's kind of data in the United Kingdom. The time or address of an act counts as data
            /// about an event there, while the US statute counts it as the subscriber's data.
            #[must_use]
            pub const fn class(self) -> Class {
                match self { $(Self::$item => Class::$class),+ }
            }
        }
    };
}

items! {
    AccountRecord "account_record", Subscriber, Entity, "any record of the account";
    BasicSubscriberRecord "basic_subscriber_record", Subscriber, Entity, "basic subscriber record";
    RegistrationData "registration_data", Subscriber, Entity, "what was given when signing up";
    RegisteredAt "registered_at", Subscriber, Entity, "date and time of registration";
    RegisteredDate "registered_date", Subscriber, Entity, "date of registration";
    RegistrationIp "registration_ip", Subscriber, Events, "internet address at registration";
    Name "name", Subscriber, Entity, "name of the holder";
    PhoneNumber "phone_number", Subscriber, Entity, "telephone number";
    Email "email", Subscriber, Entity, "e-mail address";
    PostalAddress "postal_address", Subscriber, Entity, "postal address";
    PaymentDetails "payment_details", Subscriber, Entity, "means of payment";
    UserId "user_id", Subscriber, Entity, "name chosen to be found by";
    UserIdentifier "user_identifier", Subscriber, Entity, "any identifier that stands for the person";
    PhoneNumberHash "phone_number_hash", Subscriber, Entity, "hash of the telephone number";
    EmailHash "email_hash", Subscriber, Entity, "hash of the e-mail address";
    ExternalIdCount "external_id_count", Subscriber, Entity, "how many outside names are linked";
    PublicKey "public_key", Named, Entity, "public keys of the account and its devices";
    LastSeenDate "last_seen_date", Subscriber, Events, "date of last use";
    IpAddress "ip_address", Subscriber, Events, "an internet address of the account";
    IpLog "ip_log", Subscriber, Events, "internet address and time of every login";
    CallDetailRecords "call_detail_records", Subscriber, Events, "calls in and out";
    DeviceTypes "device_types", Records, Entity, "kinds of device";
    AppVersion "app_version", Records, Entity, "version of the program";
    AppDownloadTime "app_download_time", Records, Events, "when the program was downloaded";
    PushToken "push_token", Named, Entity, "push token";
    DisplayName "display_name", Records, Entity, "name shown to others";
    AvatarImage "avatar_image", Records, Entity, "picture chosen from a stock";
    Cookies "cookies", Records, Events, "cookies";
    UsageInfo "usage_info", Records, Events, "information on use";
    SettingsChanges "settings_changes", Records, Events, "recent changes of settings";
    LookupLog "lookup_log", Records, Events, "who looked for whom in the directory";
    BlockedUsers "blocked_users", Records, Entity, "accounts that the holder blocked";
    BlockedByUsers "blocked_by_users", Records, Entity, "accounts that blocked the holder";
    AddressBookContacts "address_book_contacts", Records, Entity, "contacts in the holder's address book";
    UsersWithTargetInAddressBook "users_with_target_in_address_book", Records, Entity,
        "users who have the holder in theirs";
    GroupInfo "group_info", Records, Entity, "names and members of groups";
    GroupMembership "group_membership", Records, Entity, "groups that the holder belongs to";
    MessageTimes "message_times", Records, Events, "date and time of each message";
    MessageSourceDestination "message_source_destination", Records, Events, "who wrote to whom, message by message";
    MessageCount "message_count", Records, Events, "number of messages";
    QueueMessageCount "queue_message_count", Records, Events, "messages that came in, noise included";
    QueueRecipientOnline "queue_recipient_online", Records, Events, "when the account, or a queue's reader, was connected";
    QueueSenderOnline "queue_sender_online", Records, Events, "when somebody who writes to it was connected";
    QueueCorrelation "queue_correlation", Records, Events, "other accounts used from the same internet address";
    RealVsNoiseMessages "real_vs_noise_messages", Records, Events, "which messages are real and which noise";
    ChannelsOpened "channels_opened", Records, Entity, "public channels that the holder opened";
    ChannelsRead "channels_read", Records, Events, "public channels that the holder follows, and who read which";
    UserProfile "user_profile", Contents, Content, "profile as the user wrote it";
    AboutText "about_text", Contents, Content, "free text about the holder";
    ProfileImage "profile_image", Contents, Content, "profile picture";
    MessageContent "message_content", Contents, Content, "what the messages say";
    DeliveredMessages "delivered_messages", Contents, Content, "messages after their delivery, readable or not";
    ChannelPosts "channel_posts", Contents, Content, "what the holder published in public channels";
    DeviceBackup "device_backup", Contents, Content, "backup of the device";
    BackupKeys "backup_keys", Contents, Content, "keys that open the backup";
    Voicemail "voicemail", Contents, Content, "voicemail";
}

impl Item {
    /// Returns the item that the tables call by this name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|item| item.as_str() == word)
    }
}
