using EvenKeel.Tensors;

namespace EvenKeel.Modules;

/// <summary>An activation while a <see cref="ChannelFlow"/> follows it: its shape and where its channels come from.</summary>
public sealed class ChannelStream
{
    internal ChannelStream(Shape shape, Channel[] channels, string origin)
    {
        Shape = shape;
        Channels = channels;
        Origin = origin;
    }

    /// <summary>Shape of the activation; its batch is 1.</summary>
    public Shape Shape { get; }

    /// <summary>One for each of the shape's channels; behind a flatten every channel is there once for each pixel.</summary>
    internal Channel[] Channels { get; }

    /// <summary>What made the values, in words: "the activation of conv1".</summary>
    internal string Origin { get; }

    /// <summary>The linear map whose output this is and that nothing else reads; null for anything else.</summary>
    internal LinearMap? Map { get; init; }

    /// <summary>True if an activation came after <see cref="Map"/>.</summary>
    internal bool IsActivated { get; init; }
}

/// <summary>A channel: everything that writes it and everything that reads it. Channels that are added to each other
/// are one.</summary>
internal sealed class Channel(int order)
{
    private Channel? _joined;

    /// <summary>Place in the order of creation.</summary>
    public int Order { get; } = order;

    /// <summary>The channel that stands for all that were joined with it.</summary>
    public Channel Root => _joined is null ? this : _joined = _joined.Root;

    public List<ChannelEnd> Writers { get; } = [];

    public List<ChannelEnd> Readers { get; } = [];

    /// <summary>Why it may not be rescaled; null if it may.</summary>
    public string? Fixed { get; set; }

    public void Join(Channel other)
    {
        var (first, second) = Root.Order <= other.Root.Order ? (Root, other.Root) : (other.Root, Root);
        if (first == second) return;
        second._joined = first;
        first.Writers.AddRange(second.Writers);
        first.Readers.AddRange(second.Readers);
        first.Fixed ??= second.Fixed;
    }
}

/// <summary>Where a module touches a run of channels.</summary>
/// <param name="Module">The linear map or normalizer.</param>
/// <param name="First">Its output (a writer's) or input (a reader's) that is the first channel of the run.</param>
public readonly record struct ChannelEnd(Module Module, int First);

/// <summary>Neighbouring channels with the same writers and readers. If they may be rescaled, multiplying what the
/// writers write by a positive number and dividing what the readers read by it changes nothing else.</summary>
/// <param name="Count">Number of channels.</param>
/// <param name="Writers">Everything that writes them; several where values are added.</param>
/// <param name="Readers">Everything that reads them. A dense layer behind a flatten is there once for each pixel.</param>
/// <param name="Fixed">Why they may not be rescaled, as a clause; null if they may.</param>
public sealed record ChannelGroup(
    int Count, IReadOnlyList<ChannelEnd> Writers, IReadOnlyList<ChannelEnd> Readers, string? Fixed);
