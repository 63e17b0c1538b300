using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace SyncFunctions.Vendors.Moovila;

/// <summary>What was made under which Idempotency-Key, for a day. A restart forgets it.</summary>
internal sealed class Creations
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

    private readonly ConditionalWeakTable<SimAccount, Dictionary<string, Creation>> _accounts = [];

    /// <summary>Asked and noted while the account's gate is held, so that of two calls at once one comes second.</summary>
    public Creation? Find(SimAccount account, string key) =>
        _accounts.GetOrCreateValue(account).TryGetValue(key, out var creation) && account.System.Now - creation.At < KeptFor ? creation : null;

    public void Note(SimAccount account, string key, string request, SimRecord record) =>
        _accounts.GetOrCreateValue(account)[key] = new Creation(HashOf(request), record.Id, account.System.Now);

    public static string HashOf(string request) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(request)));

    public sealed record Creation(string RequestHash, string RecordId, DateTimeOffset At);
}
