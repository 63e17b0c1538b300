using System.Globalization;
using System.Text;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>
/// Every key of the two tables of a hub is built here.
/// <code>
/// &lt;hub&gt;Orchestrations   partition = escaped instance id
///   head                 the instance: status, owner, parent, times, small input and output
///   i|000001             input of generation 1, where it is too long for the head
///   c|000001             what generation 1 took over from the one before: unread events, tasks nobody awaited
///   h|000001|000003      the third turn of generation 1: what arrived and what the orchestrator did about it
///   m|…                  a message nobody has read yet: an event, or the end of a sub-orchestration
///   o|000001             output and failure of generation 1, where they are too long for the head
///   …~01                 continues the row of the same key without it
/// &lt;hub&gt;Work             partition = work
///   i|escaped id         the instance wants attention from the time Due on
///   o|owner              a process of this hub, and until when it counts as alive
/// </code>
/// </summary>
internal static class Keys
{
    public const string Head = "head";
    public const string Work = "work";

    /// <summary>An escaped id stays under the 1 KiB that a key may have.</summary>
    private const int LongestId = 500;

    public static bool CanHold(string instanceId) => Escape(instanceId).Length <= LongestId;

    public static string Partition(string instanceId)
    {
        var escaped = Escape(instanceId);
        return escaped.Length <= LongestId
            ? escaped
            : throw new ArgumentException($"The instance id is too long: {instanceId.Length} characters, of which {LongestId} can be stored.", nameof(instanceId));
    }

    public static string Input(int generation) => $"i|{generation:D6}";

    public static string Carried(int generation) => $"c|{generation:D6}";

    public static string Turn(int generation, int turn) => $"h|{generation:D6}|{turn:D6}";

    public static string Outcome(int generation) => $"o|{generation:D6}";

    public static string Message(string key) => $"m|{key}";

    public static string WorkOf(string instanceId) => $"i|{Partition(instanceId)}";

    public static string Owner(string owner) => $"o|{owner}";

    public static string Continued(string key, int part) => part == 0 ? key : $"{key}~{part:D2}";

    /// <summary>The generation that a row belongs to; null for the head and for messages.</summary>
    public static int? GenerationOf(string rowKey) =>
        rowKey is ['i' or 'c' or 'h' or 'o', '|', ..] && int.TryParse(rowKey.AsSpan(2, 6), NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
            ? generation
            : null;

    /// <summary>Injective: what a key may not hold, and the escape itself, becomes ! and four hexadecimal digits.</summary>
    public static string Escape(string instanceId)
    {
        StringBuilder? escaped = null;
        for (var i = 0; i < instanceId.Length; i++)
        {
            var c = instanceId[i];
            var plain = c is not ('/' or '\\' or '#' or '?' or '%' or '!') && !char.IsControl(c) && !IsLone(instanceId, i);
            if (!plain) escaped ??= new StringBuilder(instanceId, 0, i, instanceId.Length + 16);
            if (escaped is null) continue;
            if (plain) escaped.Append(c);
            else escaped.Append('!').Append(((int)c).ToString("X4"));
        }

        return escaped?.ToString() ?? instanceId;
    }

    public static string Unescape(string key)
    {
        if (!key.Contains('!')) return key;
        var plain = new StringBuilder(key.Length);
        for (var i = 0; i < key.Length; i++)
        {
            if (key[i] != '!')
            {
                plain.Append(key[i]);
                continue;
            }

            plain.Append((char)ushort.Parse(key.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            i += 4;
        }

        return plain.ToString();
    }

    private static bool IsLone(string text, int i) =>
        char.IsHighSurrogate(text[i]) ? i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])
        : char.IsLowSurrogate(text[i]) && (i == 0 || !char.IsHighSurrogate(text[i - 1]));
}
