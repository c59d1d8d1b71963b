namespace EvenKeel.Norms.Layers;

/// <summary>The group rule: channels must be a multiple of the groups.</summary>
internal static class ChannelGroups
{
    /// <summary>The groups of a layer with so many channels.</summary>
    /// <param name="method">Name of the method, for the message.</param>
    /// <param name="groups">Groups asked for.</param>
    /// <param name="uneven">What to do where they do not divide the channels; null for a method without that option.</param>
    /// <param name="channels">Channels of the layer.</param>
    /// <exception cref="UserException">They do not divide, and that is an error.</exception>
    public static int Divide(string method, int groups, UnevenGroups? uneven, int channels)
    {
        if (channels % groups == 0) return groups;
        var fewer = Math.Min(groups, channels);
        while (channels % fewer != 0) fewer--;
        if (uneven == UnevenGroups.Fewer) return fewer;
        var orElse = uneven is null ? "" : $", or {method}(groups={groups},uneven=fewer) to take what divides in each layer";
        throw new UserException(
            $"{method}(groups={groups}) cannot normalize a layer of {channels} channels: the channels must be a multiple of " +
            $"the groups; use {method}(groups={fewer}){orElse}.");
    }
}
