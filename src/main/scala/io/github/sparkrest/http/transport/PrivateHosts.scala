// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.net.{Inet6Address, InetAddress, UnknownHostException}

import scala.util.Try

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.secret.Redact
import okhttp3.HttpUrl

/** `allowPrivateHosts=false`: a guard against server-side request forgery where users may choose URLs. [[Connections]]
  * resolves names by this check and connects to its result. A proxy resolves names by itself (see ADR 12).
  */
object PrivateHosts extends AddressCheck {

  def checked(host: String): Either[RestError, Seq[InetAddress]] =
    try {
      val found = InetAddress.getAllByName(host).toSeq
      found
        .find(isPrivate)
        .map(a => refused(s"$host is ${a.getHostAddress}, which is not a public IP address"))
        .toLeft(found)
    } catch { case _: UnknownHostException => Left(unknown(host)) }

  /** Why nothing may be sent to `url`, if so. */
  def refuse(url: String, addresses: AddressCheck = this): Option[RestError] = refuse(url, addresses, _ => true)

  /** As [[refuse]], if the host is an IP address in any spelling. A name may pass: it is checked when it is resolved. */
  def refuseAddress(url: String, addresses: AddressCheck): Option[RestError] =
    refuse(url, addresses, h => h.contains(':') || !h.exists(c => c.isLetter || c > 0x7f))

  private def refuse(url: String, addresses: AddressCheck, which: String => Boolean): Option[RestError] = {
    val host = Try(HttpUrl.get(url).host).getOrElse("")
    if (host.isEmpty) Some(refused(s"${Redact.url(url)} does not name a host"))
    else if (which(host)) addresses.checked(host).left.toOption
    else None
  }

  /** It may resolve a moment later, to any IP address. */
  private def unknown(host: String) = Condition.ConnectionFailed(
    s"Nothing was sent: the name $host does not resolve, and allowPrivateHosts is false.",
    RestError.Retried + " Check the name. A name that only a proxy can resolve needs allowPrivateHosts=true."
  )

  private def refused(why: String) = Condition.AddressRefused(
    s"Nothing was sent: $why.",
    "Set allowPrivateHosts=true if requests may go there."
  )

  /** Whether RFC 6890's registries say that it is not on the public Internet. If an IPv6 form contains an IPv4 address, the IPv4
    * address decides.
    */
  def isPrivate(address: InetAddress): Boolean = {
    val b = address.getAddress.map(_ & 0xff)
    address match {
      case _: Inet6Address if embedded(b).isDefined => embedded(b).exists(privateV4)
      case _: Inet6Address                          => privateV6(b)
      case _                                        => privateV4(b)
    }
  }

  private def privateV4(b: Array[Int]): Boolean = (b(0), b(1)) match {
    case (0 | 10 | 127, _)              => true // this network, private (RFC 1918), loopback
    case (100, n) if n >= 64 && n < 128 => true // shared: CGNAT (RFC 6598)
    case (168, 63)                      => b(2) == 129 && b(3) == 16 // Azure's own services, on each virtual machine
    case (169, 254)                     => true // link-local; clouds keep their credentials there
    case (172, n) if n >= 16 && n < 32  => true // private
    case (192, 168)                     => true // private
    case (192, 0) if b(2) == 0 || b(2) == 2 => true // protocols, documentation
    case (198, 18 | 19)                     => true // benchmarks
    case (198, 51) if b(2) == 100           => true // documentation
    case (203, 0) if b(2) == 113            => true // documentation
    case (n, _)                             => n >= 224 // multicast, reserved, broadcast
  }

  private def privateV6(b: Array[Int]): Boolean =
    (b(0) & 0xe0) != 0x20 || // all that is routed is 2000::/3: so unspecified, loopback, fc00::/7, fe80::/10, ff00::/8 are not
      b(0) == 0x20 && b(1) == 1 && b(2) < 2 || // 2001::/23: protocols, Teredo among them
      b(0) == 0x20 && b(1) == 1 && b(2) == 0x0d && b(3) == 0xb8 // documentation

  /** The IPv4 address in an IPv6 address: the last four bytes of IPv4-mapped, IPv4-compatible, NAT64 and ISATAP (RFC 5214) forms, or
    * the bytes behind the prefix of 6to4.
    */
  private def embedded(b: Array[Int]): Option[Array[Int]] = {
    val zeros = b.take(10).forall(_ == 0)
    val compatible = zeros && b(10) == 0 && b(11) == 0 && (b(12) | b(13)) != 0
    val mapped = zeros && b(10) == 0xff && b(11) == 0xff
    val nat64 = b.take(12).sameElements(Array(0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0))
    val isatap = (b(8) & 0xfd) == 0 && b(9) == 0 && b(10) == 0x5e && b(11) == 0xfe
    if (compatible || mapped || nat64 || isatap && !privateV6(b)) Some(b.drop(12))
    else if (b(0) == 0x20 && b(1) == 2) Some(b.slice(2, 6))
    else None
  }
}
