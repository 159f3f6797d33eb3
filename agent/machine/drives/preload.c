/*
 * Makes an unmodified tool believe that an alias path is a drive (ERASURE design, section 12).
 *
 * Loaded with LD_PRELOAD by agent/machine/drives/laboratory.py. A path under /dev/regain-lab/ is an alias: opening it
 * gives a connection to the laboratory's server, and the ioctls that the tool makes on it are asked there. An alias
 * never falls through to the real open. /sys is the laboratory's own folder. Nothing else under /dev can be opened but
 * the harmless character devices, and a file that turns out to be a block device is closed again.
 *
 * The tool does not start before the server has answered the greeting. Words on the wire: agent/machine/drives/wire.py.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/hdreg.h>
#include <linux/mmc/ioctl.h>
#include <linux/nvme_ioctl.h>
#include <pthread.h>
#include <scsi/scsi.h>
#include <scsi/sg.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#define ALIAS "/dev/regain-lab/"
#define MACHINE "/dev/"
#define NO_GREETING 97 /* exit status of a tool that was not let in */
#define DESCRIPTORS 1024

/* kinds of question; the letters are what wire.py reads */
enum { GREET = 'G', OPEN = 'O', STAT = 'T', BLOCK = 'B', SCSI = 'S', NVME = 'N', MMC = 'M', DISCARD = 'D', ZEROOUT = 'Z' };

struct question {
    uint32_t kind;
    uint32_t head;   /* bytes that follow: the command */
    uint32_t out;    /* bytes that follow those: data for the drive */
    uint32_t in;     /* bytes the tool has room for */
};

struct reply {
    uint64_t result;
    int32_t error;   /* errno, 0 for none */
    uint32_t status;
    uint32_t host;   /* SCSI: transport error */
    uint32_t words[4];
    uint32_t sense;  /* bytes that follow */
    uint32_t data;   /* bytes that follow those */
    uint32_t spare;
};

struct alias {
    int open;
    mode_t mode;
    dev_t device;
    uint64_t size;
};

static struct alias aliases[DESCRIPTORS];
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static const char *server, *sys_folder;

/* The next library's function of that name: libc's. */
#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (!found) {
        fprintf(stderr, "regain-lab: no %s in libc\n", name);
        _exit(NO_GREETING);
    }
    return found;
}

/* -- the wire --------------------------------------------------------------------------------------------------- */

static int send_all(int fd, const void *data, size_t length)
{
    const char *at = data;

    while (length) {
        ssize_t sent = send(fd, at, length, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return -1;
        at += sent;
        length -= (size_t)sent;
    }
    return 0;
}

static int receive_all(int fd, void *data, size_t length)
{
    char *at = data;

    while (length) {
        ssize_t got = recv(fd, at, length, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        at += got;
        length -= (size_t)got;
    }
    return 0;
}

/* Up to ``room`` of ``length`` bytes; what the tool has no room for is dropped. */
static int receive_into(int fd, void *data, size_t room, size_t length)
{
    char dropped[256];
    size_t kept = length < room ? length : room;

    if (receive_all(fd, data, kept))
        return -1;
    for (length -= kept; length;) {
        size_t part = length < sizeof(dropped) ? length : sizeof(dropped);

        if (receive_all(fd, dropped, part))
            return -1;
        length -= part;
    }
    return 0;
}

/* One question and its reply. -1 with errno when the drive's node says so, or when the server is gone. */
static int ask(int fd, const struct question *question, const void *head, const void *out, struct reply *reply,
               void *sense, size_t sense_room, void *in)
{
    int lost;

    pthread_mutex_lock(&one_at_a_time);
    lost = send_all(fd, question, sizeof(*question)) || send_all(fd, head, question->head) ||
           send_all(fd, out, question->out) || receive_all(fd, reply, sizeof(*reply)) ||
           receive_into(fd, sense, sense_room, reply->sense) || receive_into(fd, in, question->in, reply->data);
    pthread_mutex_unlock(&one_at_a_time);
    if (lost || reply->error) {
        errno = lost ? ENODEV : reply->error;
        return -1;
    }
    return 0;
}

static int connect_server(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (!server || strlen(server) >= sizeof(address.sun_path)) {
        errno = ENXIO;
        return -1;
    }
    strcpy(address.sun_path, server);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address))) {
        if (fd >= 0)
            REAL(close)(fd);
        errno = ENXIO;
        return -1;
    }
    return fd;
}

__attribute__((constructor)) static void greet(void)
{
    const char *token = getenv("REGAIN_LAB_TOKEN");
    struct question question = {.kind = GREET, .head = token ? (uint32_t)strlen(token) : 0};
    struct reply reply;
    int fd;

    server = getenv("REGAIN_LAB_SOCKET");
    sys_folder = getenv("REGAIN_LAB_SYS");
    fd = connect_server();
    if (!sys_folder || fd < 0 || ask(fd, &question, token, NULL, &reply, NULL, 0, NULL)) {
        fprintf(stderr, "regain-lab: the laboratory did not answer the greeting\n");
        _exit(NO_GREETING);
    }
    REAL(close)(fd);
    if (getenv("REGAIN_LAB_PROBE")) /* it was only to be seen whether this tool loads us */
        _exit(0);
}

/* -- paths ------------------------------------------------------------------------------------------------------ */

static int is_alias(const char *path)
{
    return path && !strncmp(path, ALIAS, strlen(ALIAS));
}

static int is_harmless(const char *name)
{
    static const char *const names[] = {"null", "zero", "full", "random", "urandom", "tty", "stdin", "stdout", "stderr"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (!strcmp(name, names[i]))
            return 1;
    return (!strncmp(name, "fd/", 3) || !strncmp(name, "pts/", 4) || !strncmp(name, "shm/", 4)) && !strstr(name, "..");
}

static int is_forbidden_name(const char *path)
{
    return !strncmp(path, MACHINE, strlen(MACHINE)) && !is_harmless(path + strlen(MACHINE));
}

/* A file under /dev that no tool in the laboratory may touch, under its name or behind a link. */
static int is_forbidden(const char *path)
{
    char behind[PATH_MAX];

    return path && (is_forbidden_name(path) || (REAL(realpath)(path, behind) && is_forbidden_name(behind)));
}

/* Where to look instead: /sys is the laboratory's own folder. ``room`` has PATH_MAX bytes. */
static const char *place_of(const char *path, char *room)
{
    if (!path || !sys_folder || strncmp(path, "/sys", 4) || (path[4] && path[4] != '/'))
        return path;
    if (snprintf(room, PATH_MAX, "%s%s", sys_folder, path + 4) >= PATH_MAX)
        return "";
    return room;
}

/* 0 when this descriptor is a device that nobody here may hold: drives, memory, loop control, ... The last resort:
 * names are looked at before anything is opened. */
static int may_hold(int fd)
{
    struct stat found;

    if (REAL(fstat)(fd, &found))
        return 1;
    if (S_ISBLK(found.st_mode))
        return 0;
    if (!S_ISCHR(found.st_mode))
        return 1;
    switch (major(found.st_rdev)) {
    case 1: /* null zero full random urandom */
        return strchr("\3\5\7\10\11", (int)minor(found.st_rdev)) && minor(found.st_rdev);
    case 5: /* tty, ptmx */
        return minor(found.st_rdev) != 1;
    default: /* terminals */
        return major(found.st_rdev) >= 136 && major(found.st_rdev) <= 143;
    }
}

static int kept(int fd)
{
    if (fd < 0 || may_hold(fd))
        return fd;
    REAL(close)(fd);
    errno = EPERM;
    return -1;
}

/* -- opening ---------------------------------------------------------------------------------------------------- */

/* What the laboratory says of an alias; ``kind`` STAT does not open it. */
static int look_up(int fd, int kind, const char *path, int flags, struct alias *alias)
{
    const char *name = path + strlen(ALIAS);
    char head[sizeof(int32_t) + NAME_MAX + 1];
    struct question question = {.kind = (uint32_t)kind, .head = (uint32_t)(sizeof(int32_t) + strlen(name))};
    struct reply reply;
    int32_t told = flags;

    if (strlen(name) > NAME_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(head, &told, sizeof(told));
    memcpy(head + sizeof(told), name, strlen(name));
    if (ask(fd, &question, head, NULL, &reply, NULL, 0, NULL))
        return -1;
    *alias = (struct alias){
        .open = 1, .mode = reply.words[0], .device = makedev(reply.words[1], reply.words[2]), .size = reply.result};
    return 0;
}

static int open_alias(const char *path, int flags)
{
    int fd = connect_server();

    if (fd < 0)
        return -1;
    if (fd >= DESCRIPTORS || look_up(fd, OPEN, path, flags, &aliases[fd])) {
        int why = fd >= DESCRIPTORS ? EMFILE : errno;

        REAL(close)(fd);
        errno = why;
        return -1;
    }
    return fd;
}

static int open_at(int folder, const char *path, int flags, mode_t mode)
{
    char room[PATH_MAX];

    if (is_alias(path))
        return open_alias(path, flags);
    if (is_forbidden(path)) {
        errno = EPERM;
        return -1;
    }
    return kept(REAL(openat)(folder, place_of(path, room), flags, mode));
}

#define MODE_OF(flags, mode)                                   \
    do {                                                       \
        if ((flags) & (O_CREAT | __O_TMPFILE)) {               \
            va_list more;                                      \
            va_start(more, flags);                             \
            mode = va_arg(more, mode_t);                       \
            va_end(more);                                      \
        }                                                      \
    } while (0)

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;

    MODE_OF(flags, mode);
    return open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    mode_t mode = 0;

    MODE_OF(flags, mode);
    return open_at(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    mode_t mode = 0;

    MODE_OF(flags, mode);
    return open_at(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
    mode_t mode = 0;

    MODE_OF(flags, mode);
    return open_at(folder, path, flags | O_LARGEFILE, mode);
}

/* what _FORTIFY_SOURCE makes of open with two arguments */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int folder, const char *path, int flags);
int __openat64_2(int folder, const char *path, int flags);

int __open_2(const char *path, int flags)
{
    return open_at(AT_FDCWD, path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
    return open_at(AT_FDCWD, path, flags | O_LARGEFILE, 0);
}

int __openat_2(int folder, const char *path, int flags)
{
    return open_at(folder, path, flags, 0);
}

int __openat64_2(int folder, const char *path, int flags)
{
    return open_at(folder, path, flags | O_LARGEFILE, 0);
}

static FILE *open_stream(FILE *(*libc)(const char *, const char *), const char *path, const char *mode)
{
    char room[PATH_MAX];
    FILE *file;

    if (is_forbidden(path)) { /* aliases too: drives are spoken to with ioctls */
        errno = EPERM;
        return NULL;
    }
    file = libc(place_of(path, room), mode);
    if (file && !may_hold(fileno(file))) {
        fclose(file);
        errno = EPERM;
        return NULL;
    }
    return file;
}

FILE *fopen(const char *path, const char *mode)
{
    return open_stream(REAL(fopen), path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
    return open_stream(REAL(fopen64), path, mode);
}

/* -- descriptors ------------------------------------------------------------------------------------------------ */

static struct alias *alias_of(int fd)
{
    return fd >= 0 && fd < DESCRIPTORS && aliases[fd].open ? &aliases[fd] : NULL;
}

int close(int fd)
{
    struct alias *alias = alias_of(fd);

    if (alias)
        alias->open = 0;
    return REAL(close)(fd);
}

static int copied(int from, int to)
{
    if (alias_of(from) && to >= DESCRIPTORS) {
        REAL(close)(to);
        errno = EMFILE;
        return -1;
    }
    if (to >= 0 && to < DESCRIPTORS && to != from)
        aliases[to] = alias_of(from) ? aliases[from] : (struct alias){.open = 0};
    return to;
}

int dup(int from)
{
    return copied(from, REAL(dup)(from));
}

int dup2(int from, int to)
{
    return copied(from, REAL(dup2)(from, to));
}

int dup3(int from, int to, int flags)
{
    return copied(from, REAL(dup3)(from, to, flags));
}

int fsync(int fd)
{
    return alias_of(fd) ? 0 : REAL(fsync)(fd);
}

/* The content of a drive is the workers' matter; a tool that tries must not hang on the connection instead. */
static ssize_t no_content(void)
{
    errno = EIO;
    return -1;
}

ssize_t read(int fd, void *data, size_t length)
{
    return alias_of(fd) ? no_content() : REAL(read)(fd, data, length);
}

ssize_t write(int fd, const void *data, size_t length)
{
    return alias_of(fd) ? no_content() : REAL(write)(fd, data, length);
}

ssize_t pread(int fd, void *data, size_t length, off_t at)
{
    return alias_of(fd) ? no_content() : REAL(pread)(fd, data, length, at);
}

ssize_t pread64(int fd, void *data, size_t length, off64_t at)
{
    return alias_of(fd) ? no_content() : REAL(pread64)(fd, data, length, at);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t at)
{
    return alias_of(fd) ? no_content() : REAL(pwrite)(fd, data, length, at);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at)
{
    return alias_of(fd) ? no_content() : REAL(pwrite64)(fd, data, length, at);
}

/* -- looking at paths ------------------------------------------------------------------------------------------- */

static int find_alias(const char *path, struct alias *alias)
{
    int fd = connect_server();
    int found;

    if (fd < 0)
        return -1;
    found = look_up(fd, STAT, path, 0, alias);
    REAL(close)(fd);
    return found;
}

/* As udev makes it. smartctl takes the kind of a drive from where a link leads: it may see one. */
static int tell(const struct alias *alias, int as_link, struct stat *into)
{
    memset(into, 0, sizeof(*into));
    into->st_mode = as_link ? S_IFLNK | 0777 : alias->mode;
    into->st_rdev = as_link ? 0 : alias->device;
    into->st_nlink = 1;
    into->st_blksize = 4096;
    return 0;
}

static int tell_path(const char *path, int as_link, struct stat *into)
{
    struct alias alias;

    return find_alias(path, &alias) ? -1 : tell(&alias, as_link, into);
}

#define AS_STAT(pointer) ((struct stat *)(void *)(pointer)) /* stat and stat64 are one on 64-bit machines */
_Static_assert(sizeof(struct stat) == sizeof(struct stat64), "a 64-bit machine");

#define STAT_OF_PATH(name, type, as_link)                                                       \
    int name(const char *path, struct type *into)                                               \
    {                                                                                           \
        char room[PATH_MAX];                                                                    \
        return is_alias(path) ? tell_path(path, as_link, AS_STAT(into)) : REAL(name)(place_of(path, room), into); \
    }
STAT_OF_PATH(stat, stat, 0)
STAT_OF_PATH(stat64, stat64, 0)
STAT_OF_PATH(lstat, stat, 1)
STAT_OF_PATH(lstat64, stat64, 1)

#define STAT_OF_DESCRIPTOR(name, type)                                                          \
    int name(int fd, struct type *into)                                                         \
    {                                                                                           \
        return alias_of(fd) ? tell(alias_of(fd), 0, AS_STAT(into)) : REAL(name)(fd, into);      \
    }
STAT_OF_DESCRIPTOR(fstat, stat)
STAT_OF_DESCRIPTOR(fstat64, stat64)

#define STAT_AT(name, type)                                                                     \
    int name(int folder, const char *path, struct type *into, int flags)                        \
    {                                                                                           \
        char room[PATH_MAX];                                                                    \
        if (is_alias(path))                                                                     \
            return tell_path(path, flags & AT_SYMLINK_NOFOLLOW, AS_STAT(into));                 \
        if ((flags & AT_EMPTY_PATH) && !*path && alias_of(folder))                              \
            return tell(alias_of(folder), 0, AS_STAT(into));                                    \
        return REAL(name)(folder, place_of(path, room), into, flags);                           \
    }
STAT_AT(fstatat, stat)
STAT_AT(fstatat64, stat64)

/* what programs built before glibc 2.33 call */
#define OLD_STAT_OF_PATH(name, type, as_link)                                                   \
    int name(int version, const char *path, struct type *into);                                 \
    int name(int version, const char *path, struct type *into)                                  \
    {                                                                                           \
        char room[PATH_MAX];                                                                    \
        return is_alias(path) ? tell_path(path, as_link, AS_STAT(into))                         \
                              : REAL(name)(version, place_of(path, room), into);                \
    }
OLD_STAT_OF_PATH(__xstat, stat, 0)
OLD_STAT_OF_PATH(__xstat64, stat64, 0)
OLD_STAT_OF_PATH(__lxstat, stat, 1)
OLD_STAT_OF_PATH(__lxstat64, stat64, 1)

#define OLD_STAT_OF_DESCRIPTOR(name, type)                                                      \
    int name(int version, int fd, struct type *into);                                           \
    int name(int version, int fd, struct type *into)                                            \
    {                                                                                           \
        return alias_of(fd) ? tell(alias_of(fd), 0, AS_STAT(into)) : REAL(name)(version, fd, into); \
    }
OLD_STAT_OF_DESCRIPTOR(__fxstat, stat)
OLD_STAT_OF_DESCRIPTOR(__fxstat64, stat64)

int statx(int folder, const char *path, int flags, unsigned int mask, struct statx *into)
{
    char room[PATH_MAX];
    struct alias found, *alias = !*path && (flags & AT_EMPTY_PATH) ? alias_of(folder) : NULL;

    if (is_alias(path)) {
        if (find_alias(path, &found))
            return -1;
        alias = &found;
    }
    if (!alias)
        return REAL(statx)(folder, place_of(path, room), flags, mask, into);
    memset(into, 0, sizeof(*into));
    into->stx_mask = STATX_TYPE | STATX_MODE;
    into->stx_mode = (uint16_t)alias->mode;
    into->stx_rdev_major = major(alias->device);
    into->stx_rdev_minor = minor(alias->device);
    return 0;
}

int access(const char *path, int mode)
{
    char room[PATH_MAX];
    struct stat found;

    return is_alias(path) ? tell_path(path, 0, &found) : REAL(access)(place_of(path, room), mode);
}

/* The machine's name, for tools that take the kind of a drive from it; it cannot be opened. */
char *realpath(const char *path, char *into)
{
    char room[PATH_MAX];

    if (!is_alias(path))
        return REAL(realpath)(place_of(path, room), into);
    snprintf(room, sizeof(room), MACHINE "%s", path + strlen(ALIAS));
    return into ? strcpy(into, room) : strdup(room);
}

ssize_t readlink(const char *path, char *into, size_t length)
{
    char room[PATH_MAX];

    if (!is_alias(path))
        return REAL(readlink)(place_of(path, room), into, length);
    snprintf(room, sizeof(room), MACHINE "%s", path + strlen(ALIAS));
    if (length > strlen(room))
        length = strlen(room);
    memcpy(into, room, length);
    return (ssize_t)length;
}

DIR *opendir(const char *path)
{
    char room[PATH_MAX];

    return REAL(opendir)(place_of(path, room));
}

int scandir(const char *path, struct dirent ***found, int (*wanted)(const struct dirent *),
            int (*order)(const struct dirent **, const struct dirent **))
{
    char room[PATH_MAX];

    return REAL(scandir)(place_of(path, room), found, wanted, order);
}

int scandir64(const char *path, struct dirent64 ***found, int (*wanted)(const struct dirent64 *),
              int (*order)(const struct dirent64 **, const struct dirent64 **))
{
    char room[PATH_MAX];

    return REAL(scandir64)(place_of(path, room), found, wanted, order);
}

/* -- ioctl ------------------------------------------------------------------------------------------------------ */

/* SG_IO version 3 (scsi/sg.h). Like the kernel, driver_status 8 says that there is sense. */
static int scsi_command(int fd, struct sg_io_hdr *header)
{
    int to = header->dxfer_direction == SG_DXFER_TO_DEV, from = header->dxfer_direction == SG_DXFER_FROM_DEV ||
                                                                header->dxfer_direction == SG_DXFER_TO_FROM_DEV;
    struct question question = {.kind = SCSI,
                                .head = header->cmd_len,
                                .out = to ? header->dxfer_len : 0,
                                .in = from ? header->dxfer_len : 0};
    struct reply reply;
    unsigned int moved;

    if (header->interface_id != 'S' || header->iovec_count) {
        errno = EINVAL;
        return -1;
    }
    if (ask(fd, &question, header->cmdp, header->dxferp, &reply, header->sbp, header->mx_sb_len, header->dxferp))
        return -1;
    moved = to ? header->dxfer_len : reply.data < question.in ? reply.data : question.in;
    header->status = (unsigned char)reply.status;
    header->masked_status = (unsigned char)((reply.status >> 1) & 0x1f);
    header->msg_status = 0;
    header->host_status = (unsigned short)reply.host;
    header->driver_status = reply.sense ? 8 : 0;
    header->sb_len_wr = (unsigned char)(reply.sense < header->mx_sb_len ? reply.sense : header->mx_sb_len);
    header->resid = to || from ? (int)(header->dxfer_len - moved) : 0;
    header->duration = 1;
    header->info = reply.status || reply.host || reply.sense ? SG_INFO_CHECK : SG_INFO_OK;
    return 0;
}

/* The first 64 bytes of nvme_passthru_cmd and nvme_passthru_cmd64 are the same; the result stands elsewhere. */
_Static_assert(offsetof(struct nvme_passthru_cmd, timeout_ms) == offsetof(struct nvme_passthru_cmd64, timeout_ms), "");

static int nvme_command(int fd, struct nvme_passthru_cmd *command, uint64_t *result)
{
    void *data = (void *)(uintptr_t)command->addr;
    struct question question = {.kind = NVME,
                                .head = offsetof(struct nvme_passthru_cmd, timeout_ms),
                                .out = command->opcode & 1 ? command->data_len : 0,
                                .in = command->opcode & 2 ? command->data_len : 0};
    struct reply reply;

    if (ask(fd, &question, command, data, &reply, NULL, 0, data))
        return -1;
    *result = reply.result;
    return (int)reply.status; /* above 0: the drive's status field */
}

static int mmc_command(int fd, struct mmc_ioc_cmd *command)
{
    void *data = (void *)(uintptr_t)command->data_ptr;
    uint32_t length = command->blksz * command->blocks;
    uint32_t head[4] = {command->opcode, command->arg, command->write_flag != 0, (uint32_t)command->is_acmd};
    struct question question = {.kind = MMC,
                                .head = sizeof(head),
                                .out = command->write_flag ? length : 0,
                                .in = command->write_flag ? 0 : length};
    struct reply reply;

    if (ask(fd, &question, head, data, &reply, NULL, 0, data))
        return -1;
    memcpy(command->response, reply.words, sizeof(command->response));
    return 0;
}

static int mmc_commands(int fd, struct mmc_ioc_multi_cmd *several)
{
    for (uint64_t i = 0; i < several->num_of_cmds; i++)
        if (mmc_command(fd, &several->cmds[i]))
            return -1;
    return 0;
}

/* What the block layer itself answers; ``width`` bytes of the answer go into ``into``. */
static int block_question(int fd, unsigned long request, void *into, size_t width)
{
    uint32_t head = (uint32_t)request;
    struct question question = {.kind = BLOCK, .head = sizeof(head)};
    struct reply reply;

    if (ask(fd, &question, &head, NULL, &reply, NULL, 0, NULL))
        return -1;
    memcpy(into, &reply.result, width); /* little-endian */
    return 0;
}

/* A range of bytes; the block layer makes commands of it. */
static int erase_range(int fd, char kind, const uint64_t range[2])
{
    struct question question = {.kind = kind, .head = 2 * sizeof(uint64_t)};
    struct reply reply;

    return ask(fd, &question, range, NULL, &reply, NULL, 0, NULL);
}

static int geometry(const struct alias *alias, struct hd_geometry *into)
{
    into->heads = 255;
    into->sectors = 63;
    into->cylinders = (unsigned short)(alias->size / 512 / (255 * 63));
    into->start = 0;
    return 0;
}

static int ioctl_of_alias(int fd, unsigned long request, void *argument)
{
    uint64_t result = 0;
    int status;

    switch (request) {
    case SG_IO:
        return scsi_command(fd, argument);
    case NVME_IOCTL_ADMIN_CMD:
        status = nvme_command(fd, argument, &result);
        if (status >= 0)
            ((struct nvme_passthru_cmd *)argument)->result = (uint32_t)result;
        return status;
    case NVME_IOCTL_ADMIN64_CMD:
        status = nvme_command(fd, argument, &result);
        if (status >= 0)
            ((struct nvme_passthru_cmd64 *)argument)->result = result;
        return status;
    case NVME_IOCTL_ID:
        status = block_question(fd, request, &result, sizeof(result));
        return status ? status : (int)result;
    case NVME_IOCTL_IO_CMD: /* content is the workers' matter */
    case NVME_IOCTL_IO64_CMD:
    case NVME_IOCTL_SUBMIT_IO:
        errno = EACCES;
        return -1;
    case NVME_IOCTL_RESET:
    case NVME_IOCTL_SUBSYS_RESET:
    case NVME_IOCTL_RESCAN:
        return 0;
    case MMC_IOC_CMD:
        return mmc_command(fd, argument);
    case MMC_IOC_MULTI_CMD:
        return mmc_commands(fd, argument);
    case BLKGETSIZE64:
        return block_question(fd, request, argument, sizeof(uint64_t));
    case BLKGETSIZE:
        return block_question(fd, request, argument, sizeof(unsigned long));
    case BLKSSZGET:
    case BLKBSZGET:
    case BLKPBSZGET:
    case BLKROGET:
        return block_question(fd, request, argument, sizeof(int));
    case BLKDISCARD:
        return erase_range(fd, DISCARD, argument);
    case BLKZEROOUT:
        return erase_range(fd, ZEROOUT, argument);
    case BLKFLSBUF:
    case BLKRRPART:
    case BLKBSZSET:
        return 0;
    case HDIO_GETGEO:
        return geometry(&aliases[fd], argument);
    case SG_GET_VERSION_NUM:
        *(int *)argument = 30527; /* what a block device answers */
        return 0;
    case SCSI_IOCTL_GET_IDLUN: /* host 0, channel 0, target 0, LUN 0 */
        memset(argument, 0, 2 * sizeof(int));
        return 0;
    case SCSI_IOCTL_GET_BUS_NUMBER:
        *(int *)argument = 0;
        return 0;
    default:
        errno = ENOTTY;
        return -1;
    }
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list more;
    void *argument;

    va_start(more, request);
    argument = va_arg(more, void *);
    va_end(more);
    /* some tools pass the number as int: the upper half is then its sign */
    return alias_of(fd) ? ioctl_of_alias(fd, request & 0xffffffffUL, argument) : REAL(ioctl)(fd, request, argument);
}
